import { resolve } from 'node:path'
import { restoreAppStore } from '../../app.ts'
import { defineCommand } from '../command.ts'

export const restore = defineCommand({
  name: 'restore',
  summary: 'Put a backup in the place of the store. The server must be stopped.',
  usage: 'FILE',
  details: [
    'The backup is verified first: every page, its counts and its schema version. Then it takes',
    "the store's place in one step; a crash at any moment leaves the old store or the new one.",
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    force: { type: 'flag', help: 'Replace the store that is there, which is lost then.' },
  },
  async run({ config, positionals, options }) {
    const from = resolve(positionals[0] ?? '')
    const report = await restoreAppStore(config(), from, { force: options.force })
    const text = `${report.path} is restored: ${report.profiles} profiles, ${report.events} events.`
    return { json: report, text }
  },
})
