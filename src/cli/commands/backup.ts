import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError, defineCommand } from '../command.ts'
import { withStore } from '../with-store.ts'

export const backup = defineCommand({
  name: 'backup',
  summary: 'Write a verified copy of the store, also while the server runs.',
  usage: 'FILE',
  details:
    'The copy holds everything that was acknowledged before it began. It never overwrites a\n' +
    'file. The secret key is not in it: keep secret.key, or ROSTER_SECRET_KEY, as well.',
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ config, positionals }) {
    const path = resolve(positionals[0] ?? '')
    if (existsSync(path)) {
      throw new CliError('refused', `${path} is there already; a backup never overwrites.`)
    }
    const report = await withStore(config(), (store) => store.backup(path))
    const { bytes, profiles, events } = report
    const text = `${report.path}: ${bytes} bytes, ${profiles} profiles, ${events} events.`
    return { json: report, text }
  },
})
