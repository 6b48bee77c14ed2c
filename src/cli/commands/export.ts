import type { EventId } from '../../core/profile.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { eventCsv, eventLines } from '../export/export-events.ts'
import { profileCsv, profileLines } from '../export/export-profiles.ts'
import { writeLines } from '../export/write-lines.ts'
import { showProgress } from '../progress.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const exportCommand = defineCommand({
  name: 'export',
  summary: 'Write all profiles or all events to a file or to standard output.',
  usage: 'profiles|events [FILE]',
  details:
    'Profiles come in the order of their numbers, events in the order of the log; also while the\n' +
    'server runs. A file is never overwritten, and has its name once it is whole. Cells of CSV\n' +
    'that a spreadsheet would run begin with an apostrophe. roster import takes profiles back.',
  positionals: { min: 1, max: 2 },
  words: () => ['profiles', 'events'],
  options: {
    workspace: workspaceOption,
    format: {
      type: 'text',
      placeholder: 'csv|ndjson',
      values: ['csv', 'ndjson'],
      help: "Else by the file's name, and ndjson without one.",
    },
    after: { type: 'integer', placeholder: 'ID', default: 0, help: 'Only events after this one.' },
  },
  async run({ config, positionals, options, json }) {
    const [what = '', path] = positionals
    if (what !== 'profiles' && what !== 'events') {
      throw new CliError('usage', `"${what}" cannot be exported; profiles and events can.`)
    }
    if (json && path === undefined) {
      throw new CliError('usage', 'With --json name a FILE: the answer would be among the rows.')
    }
    const format = readFormat(options.format, path)
    const began = performance.now()
    const lines = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const after = options.after as EventId | 0
      const [total, source] =
        what === 'events'
          ? [
              (await store.lastEventId(id)) - after,
              (format === 'csv' ? eventCsv : eventLines)(store, id, after),
            ]
          : [
              (await store.statistics()).profiles,
              (format === 'csv' ? profileCsv : profileLines)(store, id),
            ]
      return writeLines(path ?? null, counted(source, Math.max(total, 0), what))
    })
    const rows = format === 'csv' ? lines - 1 : lines
    const seconds = Math.round(performance.now() - began) / 1_000
    if (path === undefined) return null
    return { json: { path, format, rows, seconds }, text: `${path}: ${rows} ${what}.` }
  },
})

function readFormat(given: string | undefined, path: string | undefined): 'csv' | 'ndjson' {
  const format = given ?? (path?.toLowerCase().endsWith('.csv') ? 'csv' : 'ndjson')
  if (format === 'csv' || format === 'ndjson') return format
  throw new CliError('usage', `--format is csv or ndjson, not "${format}".`)
}

async function* counted(lines: AsyncIterable<string>, total: number, noun: string) {
  const progress = showProgress(total, noun)
  let done = 0
  for await (const line of lines) {
    yield line
    progress.update(++done)
  }
  progress.end()
}
