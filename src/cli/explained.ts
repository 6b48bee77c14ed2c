import type { RuleExplanation } from '../core/explain-event.ts'
import { printable } from './columns.ts'
import { standsAs } from './commands/deliveries-show.ts'
import { deliveryJson } from './shown.ts'

/** Why a rule reacted to an event, or did not. */
export function explainedJson(rule: RuleExplanation) {
  return rule.matched ? { ...rule, deliveries: rule.deliveries.map(deliveryJson) } : rule
}

/** The same as a sentence. */
export function explainedLine(rule: RuleExplanation): string {
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
