import type { Event } from '../core/event.ts'
import { type ExplainInput, withoutChanges } from '../core/explain-event.ts'
import type { EventId, ProfileId, WorkspaceId } from '../core/profile.ts'
import type { PersonState } from '../core/rule-runner.ts'
import type { DeliveryStore } from '../storage/delivery-store.ts'
import type { Store } from '../storage/store.ts'
import { changesBack } from './history.ts'

/** How far back the events that changed a person are followed to tell what they were like. */
const chainMax = 5_000
/** What an event caused at once follows it in the log; one command causes no more than this. */
const causedMax = 200
/** A rule plans few; one command no more than this. */
const deliveriesMax = 256

/** What explains a stored event (see `explainEvent`), or null when there is none with this id. */
export async function gatherExplanation(
  store: Store,
  { listDeliveries }: Pick<DeliveryStore, 'listDeliveries'>,
  workspace: WorkspaceId,
  id: EventId,
): Promise<ExplainInput | null> {
  const before = (id - 1) as EventId
  const [event, ...after] = await store.readEvents(workspace, before, causedMax)
  if (event?.id !== id) return null
  const rules = await store.listRules(workspace)
  const runs = await store.listRuns(workspace, { before: (id + 1) as EventId, limit: rules.length })
  const caused = after.filter(({ cause }) => cause?.event === id)
  const subject = event.subject === null ? null : await personAfter(store, workspace, event)
  const deliveries = await listDeliveries(workspace, { event: id, limit: deliveriesMax })
  const ownRuns = runs.filter((run) => run.event === id)
  return { event, subject, rules, caused, runs: ownRuns, deliveries: deliveries.reverse() }
}

/** The person as the event left them: as they are now, less every change since. */
async function personAfter(
  store: Store,
  workspace: WorkspaceId,
  event: Event,
): Promise<PersonState | null> {
  const id = event.subject as ProfileId
  const [profile] = await store.findProfiles(workspace, { keys: [{ profile: id }] })
  if (!profile) return null
  let then: PersonState = profile
  let followed = 0
  const wanted = { subject: id, from: profile.lastEvent, after: event.id }
  for await (const later of changesBack(store, workspace, wanted)) {
    if (++followed > chainMax) break
    then = withoutChanges(then, later)
  }
  return then
}
