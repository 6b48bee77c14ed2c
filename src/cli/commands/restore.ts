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
    const { path, profiles, events, pausedDestinations = [] } = report
    const text = `${path} is restored: ${profiles} profiles, ${events} events.`
    if (pausedDestinations.length === 0) return { json: report, text }
    const paused = [
      `Paused, because what was delivered after the backup is owed again in it: ${pausedDestinations.join(', ')}.`,
      'Cancel what must not go out twice, then resume them.',
    ]
    return { json: report, text: [text, ...paused].join('\n') }
  },
})
