import type { Event } from '../../core/event.ts'
import { explainEvent, type RuleExplanation } from '../../core/explain-event.ts'
import type { EventId } from '../../core/profile.ts'
import { gatherExplanation } from '../../inspect/explain-stored.ts'
import { printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { deliveryJson, eventJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { standsAs } from './deliveries-show.ts'

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
    const shown = rules.map((rule) =>
      rule.matched ? { ...rule, deliveries: rule.deliveries.map(deliveryJson) } : rule,
    )
    const json = { event: eventJson(event), rules: shown }
    return { json, text: [head, ...rules.map(line)].join('\n') }
  },
})

function about({ subject }: Event): string {
  return subject === null ? 'nobody' : `profile ${subject}`
}

function line(rule: RuleExplanation): string {
  const name = `${rule.rule}@${rule.version}`
  if (rule.matched) {
    const events = rule.caused.map(({ id, type }) => `event ${id} ${printable(type)}`)
    const dropped = rule.dropped.map((drop) => `dropped ${printable(drop.name)} (${drop.reason})`)
    const run = rule.run ? [`run ${rule.run.event}:${rule.run.rule} is ${rule.run.state}`] : []
    const owed = rule.deliveries.map((each) => {
      return `delivery ${each.id} to ${each.destination} is ${standsAs(each)}`
    })
    const all = [...events, ...dropped, ...run, ...owed]
    return `+ ${name}: ${all.join('; ') || 'changed nothing'}`
  }
  switch (rule.because) {
    case 'type':
      return `- ${name}: is not about this type.`
    case 'source':
      return `- ${name}: does not take events from there.`
    case 'disabled':
      return `- ${name}: is switched off.`
    case 'condition':
      return `- ${name}: ${printable(rule.sentence)}`
  }
}
