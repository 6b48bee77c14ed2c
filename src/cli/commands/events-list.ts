import type { Event } from '../../core/event.ts'
import type { EventId } from '../../core/profile.ts'
import { columns, printable } from '../columns.ts'
import { defineCommand, workspaceOption } from '../command.ts'
import { eventJson, isoTime } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const eventsList = defineCommand({
  name: 'events list',
  summary: 'List events of the log, oldest first.',
  usage: '',
  details: 'The last id listed is the --after of the next call; no event is ever skipped.',
  positionals: { min: 0, max: 0 },
  options: {
    workspace: workspaceOption,
    after: { type: 'integer', placeholder: 'ID', default: 0, help: 'Only events after this one.' },
    limit: { type: 'integer', min: 1, max: 10_000, default: 50, help: 'How many at most.' },
  },
  async run({ config, options }) {
    const events = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return store.readEvents(workspace.id, options.after as EventId | 0, options.limit)
    })
    const head = ['ID', 'RECEIVED', 'TYPE', 'PROFILE', 'SOURCE', 'CHANGED', 'DROPPED']
    return { json: events.map(eventJson), text: columns([head, ...events.map(row)]) }
  },
})

function row(event: Event): string[] {
  return [
    String(event.id),
    isoTime(event.receivedAt) ?? '',
    printable(event.type),
    event.subject === null ? '-' : String(event.subject),
    printable(event.source.dialect),
    printable(event.changes.map(({ name }) => name).join(',')) || '-',
    printable(event.dropped.map(({ name, reason }) => `${name}: ${reason}`).join(', ')) || '-',
  ]
}
