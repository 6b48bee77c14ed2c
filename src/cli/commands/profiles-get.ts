import type { Profile } from '../../core/profile.ts'
import { columns, printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readKey } from '../read-key.ts'
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
