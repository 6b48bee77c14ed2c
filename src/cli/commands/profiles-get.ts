import type { Key } from '../../core/command.ts'
import { canonicalEmail, EMAIL, type Profile, type ProfileId } from '../../core/profile.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { profileJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const profilesGet = defineCommand({
  name: 'profiles get',
  summary: 'Show one profile.',
  usage: 'ID|KIND=VALUE',
  details: 'By its number, or by an identifier: user_id=X, email=Y, or any other kind.',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const asked = positionals[0] ?? ''
    const key = readKey(asked)
    const [profile] = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return store.findProfiles(workspace.id, { keys: [key] })
    })
    if (!profile) throw new CliError('refused', `No profile has ${asked}.`)
    return { json: profileJson(profile), text: describe(profile) }
  },
})

function readKey(asked: string): Key {
  const at = asked.indexOf('=')
  if (at > 0) {
    const kind = asked.slice(0, at)
    const value = asked.slice(at + 1)
    return { identifier: { kind, value: kind === EMAIL ? canonicalEmail(value) : value } }
  }
  if (/^\d{1,15}$/.test(asked)) return { profile: Number(asked) as ProfileId }
  throw new CliError(
    'usage',
    `"${asked}" is neither a number nor KIND=VALUE, such as email=a@b.example.`,
  )
}

function describe(profile: Profile): string {
  const shown = profileJson(profile)
  const rows = [
    ['id', String(shown.id)],
    ['version', String(shown.version)],
    ['created', shown.createdAt ?? ''],
    ['updated', shown.updatedAt ?? ''],
    ['tags', printable(shown.tags.join(', '))],
    ...shown.identifiers.map(({ kind, value }) => [kind, printable(value)]),
    ['', ''],
    ...Object.entries(shown.attributes).map(([name, value]) => [
      printable(name),
      printable(JSON.stringify(value)),
    ]),
  ]
  return columns(rows)
}
