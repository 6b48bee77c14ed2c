import type { ProfileId } from '../../core/profile.ts'
import { makeNativeCall } from '../../native-calls.ts'
import { eraseProfile } from '../../operate/erase-profile.ts'
import { shownReceipt } from '../../operate/erasure-receipts.ts'
import { textOf } from '../api-command.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const erase = defineCommand({
  name: 'erase',
  summary: 'Erase a person for good, and show the receipt.',
  usage: 'PROFILE --yes | PROFILE --dry-run',
  details: [
    'Wipes the profile, those merged into it, what events told of them, runs, deliveries, attempts,',
    'idempotency records and identifiers. Nothing brings it back. Backups keep what they hold, and',
    'PostgreSQL keeps old bytes until it is vacuumed: see docs/operating.md. Cut short, run it again.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    'dry-run': { type: 'flag', help: 'Only say whom it would wipe.' },
    yes: { type: 'flag', help: 'Says that the person is to be erased for good.' },
  },
  async run({ config, positionals, options }) {
    const word = positionals[0] ?? ''
    if (!/^[1-9]\d{0,14}$/.test(word)) {
      throw new CliError('usage', `"${word}" is no profile; they are numbers: roster profiles get.`)
    }
    if (options['dry-run']) {
      const json = await withStore(config(), async (store) => {
        const workspace = await findWorkspace(store, options.workspace)
        const given = {
          params: { id: word },
          query: { dry_run: 'true' },
          body: { confirm: Number(word) },
        }
        return makeNativeCall('eraseProfile', given, { config: config(), store, workspace })
      })
      return { json, text: textOf(json) }
    }
    if (!options.yes) {
      throw new CliError('usage', `Profile ${word} would be erased for good. Add --yes to go on.`)
    }
    const erasure = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const source = { dialect: 'cli', token: null, request: null }
      return eraseProfile(store, id, Number(word) as ProfileId, { source })
    })
    const { receipt, profile, traces } = erasure
    const counts = Object.entries(traces).map(([name, count]) => `${name} ${count}`)
    const text = `Profile ${profile} is erased: ${counts.join(', ')}. Receipt ${receipt}.`
    return { json: shownReceipt(erasure), text }
  },
})
