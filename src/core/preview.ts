import type { Decided } from './decision.ts'
import type { Event, FoundBy } from './event.ts'
import { explainEvent, type RuleExplanation, withChanges } from './explain-event.ts'
import type { Delivery } from './planned-delivery.ts'
import type { EventId, Profile, ProfileId } from './profile.ts'
import type { Rule } from './rule.ts'
import type { PersonState } from './rule-runner.ts'
import type { Run, RunWrite } from './run.ts'

/** What a command would come to now; nothing of it is stored. Ids are those it would be given. */
export interface Preview {
  foundBy: FoundBy
  /** The profile the command is about, as it would be; null when there is none. */
  profile: Profile | null
  events: Event[]
  runs: RunWrite[]
  deliveries: Delivery[]
  /** Every profile that would be written, as it is now; those that would be made are not here. */
  before: Profile[]
}

/** What a settled decision tells of itself. */
export function previewOf(decided: Decided): Preview {
  const { foundBy, subject, events, runs, deliveries, profiles } = decided
  const before = profiles.flatMap((write) => (write.before ? [write.before] : []))
  return { foundBy, profile: subject, events, runs, deliveries, before }
}

export interface Reaction {
  event: EventId
  rules: RuleExplanation[]
}

/** Which rules react to each event of a preview and which do not, and why. */
export function explainPreview(preview: Preview, rules: readonly Rule[]): Reaction[] {
  const states = new Map<ProfileId, PersonState>()
  for (const profile of preview.before) states.set(profile.id, profile)
  const runs = preview.runs.flatMap((write): Run[] => (write.kind === 'put' ? [write.run] : []))
  return preview.events.map((event) => {
    const subject = stateAfter(event, states)
    const caused = preview.events.filter(({ cause }) => cause?.event === event.id)
    const ofEvent = runs.filter((run) => run.event === event.id)
    const deliveries = preview.deliveries.filter((delivery) => delivery.event === event.id)
    const input = { event, subject, rules, caused, runs: ofEvent, deliveries }
    return { event: event.id, rules: explainEvent(input) }
  })
}

const gone: readonly string[] = ['profile.removed', 'profile.erased']

function stateAfter(event: Event, states: Map<ProfileId, PersonState>): PersonState | null {
  if (event.subject === null || gone.includes(event.type)) return null
  const state = withChanges(states.get(event.subject) ?? null, event)
  states.set(event.subject, state)
  return state
}
