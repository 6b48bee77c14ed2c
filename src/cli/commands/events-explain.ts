import type { Event } from '../../core/event.ts'
import {
  type ExplainInput,
  explainEvent,
  type RuleExplanation,
  withoutChanges,
} from '../../core/explain-event.ts'
import type { EventId, WorkspaceId } from '../../core/profile.ts'
import type { FullStore } from '../../storage/open-store.ts'
import type { Store } from '../../storage/store.ts'
import { printable } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { deliveryJson, eventJson } from '../shown.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { standsAs } from './deliveries-show.ts'

/** How far back a person's events are followed to tell what they were like. */
const chainMax = 5_000
/** What an event caused at once follows it in the log; one command causes no more than this. */
const causedMax = 200
/** A rule plans few; one command no more than this. */
const deliveriesMax = 256

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
      return gather(store, workspace.id, id as EventId)
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

async function gather(
  store: FullStore,
  workspace: WorkspaceId,
  id: EventId,
): Promise<ExplainInput> {
  const before = (id - 1) as EventId
  const [event, ...after] = await store.readEvents(workspace, before, causedMax)
  if (event?.id !== id) throw new CliError('refused', `There is no event ${id}.`)
  const rules = await store.listRules(workspace)
  const runs = await store.listRuns(workspace, { before: (id + 1) as EventId, limit: rules.length })
  const caused = after.filter(({ cause }) => cause?.event === id)
  const subject = await subjectThen(store, workspace, event)
  const deliveries = await store.listDeliveries(workspace, { event: id, limit: deliveriesMax })
  const ownRuns = runs.filter((run) => run.event === id)
  return { event, subject, rules, caused, runs: ownRuns, deliveries: deliveries.reverse() }
}

/** The person as the event left them: as they are now, less every change since. */
async function subjectThen(
  store: Store,
  workspace: WorkspaceId,
  event: Event,
): Promise<ExplainInput['subject']> {
  if (event.subject === null) return null
  const [profile] = await store.findProfiles(workspace, { keys: [{ profile: event.subject }] })
  if (!profile) return null
  let then: NonNullable<ExplainInput['subject']> = profile
  let next = profile.lastEvent
  for (let n = 0; n < chainMax && next !== null && next > event.id; n++) {
    const [later] = await store.readEvents(workspace, (next - 1) as EventId, 1)
    if (later?.id !== next) return null
    then = withoutChanges(then, later)
    next = later.previous
  }
  return then
}

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
