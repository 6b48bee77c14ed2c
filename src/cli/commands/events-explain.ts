import type { Event } from '../../core/event.ts'
import { explainEvent } from '../../core/explain-event.ts'
import type { EventId } from '../../core/profile.ts'
import { gatherExplanation } from '../../inspect/explain-stored.ts'
import { printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { explainedJson, explainedLine } from '../explained.ts'
import { eventJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const eventsExplain = defineCommand({
  name: 'events explain',
  summary: 'Say which rules reacted to an event, why the others did not, and what came of it.',
  usage: 'ID',
  details: 'The rules are those in force now, on the person as they were then.',
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const id = Number(positionals[0])
    if (!Number.isSafeInteger(id) || id < 1) throw new CliError('usage', 'ID is an event id.')
    const input = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      const found = await gatherExplanation(store, store, workspace.id, id as EventId)
      if (!found) throw new CliError('refused', `There is no event ${id}.`)
      return found
    })
    const rules = explainEvent(input)
    const { event } = input
    const head = `Event ${event.id}, ${printable(event.type)}, about ${about(event)}.`
    const json = { event: eventJson(event), rules: rules.map(explainedJson) }
    return { json, text: [head, ...rules.map(explainedLine)].join('\n') }
  },
})

function about({ subject }: Event): string {
  return subject === null ? 'nobody' : `profile ${subject}`
}
