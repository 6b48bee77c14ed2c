import { beginRun, type NotBegun, reasonNotBegun } from '../core/begin-run.ts'
import { holds } from '../core/condition.ts'
import { Fault } from '../core/errors.ts'
import { type Event, imported, type Source } from '../core/event.ts'
import { limits } from '../core/limits.ts'
import type { Preview } from '../core/preview.ts'
import type { EventId, WorkspaceId } from '../core/profile.ts'
import { type Rule, takesSource } from '../core/rule.ts'
import { conditionInput } from '../core/rule-runner.ts'
import { type Span, timesAway } from '../core/times-away.ts'
import type { DeliveryStore } from '../storage/delivery-store.ts'
import type { Store } from '../storage/store.ts'

/** What a replay reads and writes. */
export interface ReplayStores {
  store: Pick<Store, 'applyAll' | 'findProfiles' | 'listAudit' | 'preview' | 'queryEvents'>
  deliveries: Pick<DeliveryStore, 'listDeliveries'>
}

/** Events read at once. */
const readAtOnce = 200
/** Later events of a person that are looked at for one that would have ended the run. */
const laterMax = 100
/** Changes by operators read at once. */
const changesAtOnce = 200

export interface ReplayAsk {
  workspaceId: WorkspaceId
  rule: Rule
  /** When the events were received; milliseconds UTC, `from` counts and `until` does not. */
  from: number
  until: number
  /** Also those that came while the rule was at work, where nothing tells that it ran. */
  alsoInForce: boolean
  /** Who replays. */
  source: Source
  now: number
}

/** Where a replay is in the log. */
export interface ReplayPlace {
  /** Events up to this one were looked at. */
  after: EventId | 0
  /** The last event there was when the replay began: what it causes itself is no part of it. */
  last: EventId | 0
}

/** Why a rule does not run for an event, though it takes events of its type. */
export type PassedOver = NotBegun | 'cancelled_since'

/** What came of some of the events, in the order of the log. */
export interface ReplayPart {
  /** Events of its types that came while the rule was not at work, or all with `alsoInForce`. */
  looked: number
  begun: { event: Event; preview: Preview | null }[]
  passedOver: Map<PassedOver, number>
  /** Where to go on; null at the end. */
  next: ReplayPlace | null
}

/**
 * The rule to replay, which must be at work: only then it reacts to what it causes.
 *
 * @throws Fault `not_found` or `conflict`.
 */
export function assertReplayable(rule: Rule | undefined, name: string): asserts rule is Rule {
  if (!rule) throw new Fault('not_found', { message: `There is no rule "${name}" in force.` })
  if (!rule.disabled) return
  const message = `The rule "${name}" is switched off: switch it on first, so that nothing is missed in between.`
  throw new Fault('conflict', { message })
}

/**
 * Runs a rule for events it missed, in the order of the log, or with `isDry` only says for which it
 * would. At most so many in one call (`limits.replayLookedMax`, `limits.replayBegunMax`). An event
 * begins the run of a rule once, so a replay may be repeated, and goes on where it was cut short.
 */
export async function replayRule(
  stores: ReplayStores,
  ask: ReplayAsk,
  place: ReplayPlace,
  isDry: boolean,
): Promise<ReplayPart> {
  const { workspaceId, rule } = ask
  const away = ask.alsoInForce ? null : await spansAway(stores, ask)
  const part: ReplayPart = { looked: 0, begun: [], passedOver: new Map(), next: null }
  const received = hull(ask, away)
  if (received.from >= received.until) return part
  let { after } = place
  while (part.looked < limits.replayLookedMax && part.begun.length < limits.replayBegunMax) {
    const limit = Math.min(readAtOnce, limits.replayBegunMax - part.begun.length)
    const query = { types: rule.on, received, after: after as EventId, limit } as const
    const below = { before: (place.last + 1) as EventId, order: 'ascending' } as const
    const { events, more } = await stores.store.queryEvents(workspaceId, { ...query, ...below })
    const missed = away ? events.filter((event) => away.some((span) => isIn(span, event))) : events
    await replaySome(stores, ask, missed, isDry, part)
    after = events.at(-1)?.id ?? after
    if (!more) return part
  }
  return { ...part, next: { after, last: place.last } }
}

async function replaySome(
  stores: ReplayStores,
  ask: ReplayAsk,
  events: readonly Event[],
  isDry: boolean,
  part: ReplayPart,
): Promise<void> {
  const passOver = (why: PassedOver) =>
    part.passedOver.set(why, (part.passedOver.get(why) ?? 0) + 1)
  const missed: Event[] = []
  for (const event of events) {
    part.looked += 1
    const why = await whyPassedOver(stores, ask, event)
    if (why) passOver(why)
    else missed.push(event)
  }
  const results = isDry
    ? await previewAll(stores, ask, missed)
    : await beginAll(stores, ask, missed)
  for (const [index, event] of missed.entries()) {
    const result = results[index]
    if (!(result instanceof Fault)) part.begun.push({ event, preview: result ?? null })
    else {
      const why = reasonNotBegun(result)
      if (!why) throw result
      passOver(why)
    }
  }
}

/** What can be told without a lock; what a run needs besides is decided as it is begun. */
async function whyPassedOver(
  stores: ReplayStores,
  ask: ReplayAsk,
  event: Event,
): Promise<PassedOver | null> {
  if (!takesSource(ask.rule.sources, event.source)) return 'source'
  if (await hasActed(stores, ask, event)) return 'has_run'
  return (await wasCancelled(stores, ask, event)) ? 'cancelled_since' : null
}

/** Whether anything tells that the rule ran: what it caused, planned or could not do. */
async function hasActed(
  { store, deliveries }: ReplayStores,
  { workspaceId, rule: { name } }: ReplayAsk,
  event: Event,
): Promise<boolean> {
  const isOfRule = (label: string | undefined) => label?.startsWith(`${name}@`)
  const drops = event.dropped.filter(
    ({ rule, reason }) => isOfRule(rule) && reason !== 'rate_limit',
  )
  if (drops.length > 0) return true
  const query = { cause: event.id, rule: name, limit: 2 }
  const { events } = await store.queryEvents(workspaceId, query)
  // Where it was held back it did not run.
  if (events.some(({ type }) => type !== 'rule.stopped')) return true
  const planned = { event: event.id, rule: name, limit: 1 }
  return (await deliveries.listDeliveries(workspaceId, planned)).length > 0
}

/** Whether the person did since what would have ended the run, had it waited. */
async function wasCancelled(
  { store }: ReplayStores,
  { workspaceId, rule: { cancel_when: cancelling }, now }: ReplayAsk,
  { id, subject }: Event,
): Promise<boolean> {
  if (!cancelling || subject === null) return false
  const query = { subject, types: cancelling.on, after: id, order: 'ascending' } as const
  const { events } = await store.queryEvents(workspaceId, { ...query, limit: laterMax })
  const later = events.filter(({ source }) => source.dialect !== imported)
  const { when } = cancelling
  if (!when || later.length === 0) return later.length > 0
  const [person] = await store.findProfiles(workspaceId, { keys: [{ profile: subject }] })
  return later.some((event) => holds(when, conditionInput(event, person ?? null, now)))
}

async function beginAll(
  { store }: ReplayStores,
  { workspaceId, rule, source }: ReplayAsk,
  events: readonly Event[],
): Promise<(Fault | null)[]> {
  if (events.length === 0) return []
  const commands = events.map((event) => beginRun(event, rule.name, source))
  const outcomes = await store.applyAll(workspaceId, commands)
  return outcomes.map((outcome) => (outcome instanceof Fault ? outcome : null))
}

/** Each by itself, as if the others did not run. */
async function previewAll(
  { store }: ReplayStores,
  { workspaceId, rule, source }: ReplayAsk,
  events: readonly Event[],
): Promise<(Fault | Preview)[]> {
  const previews: (Fault | Preview)[] = []
  for (const event of events) {
    try {
      previews.push(await store.preview(workspaceId, beginRun(event, rule.name, source)))
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      previews.push(error)
    }
  }
  return previews
}

/** When the rule was not at work, as far back as the replay goes. */
async function spansAway(
  { store }: ReplayStores,
  { workspaceId, rule, from, now }: ReplayAsk,
): Promise<Span[]> {
  const changes: Awaited<ReturnType<Store['listAudit']>> = []
  for (let before: number | undefined; ; before = changes.at(-1)?.id) {
    const page = await store.listAudit(workspaceId, { before, limit: changesAtOnce })
    changes.push(...page)
    const last = page.at(-1)
    if (page.length < changesAtOnce || !last || last.at < from) break
    if (changes.length >= limits.replayChangesMax) {
      const message = `Operators changed more than ${limits.replayChangesMax} things since then: ask for less.`
      throw new Fault('query_timeout', { message })
    }
  }
  return [...timesAway(rule.name, changes, now)]
}

function isIn({ from, until }: Span, { receivedAt }: Event): boolean {
  return receivedAt >= from && receivedAt < until
}

/** What of the log is worth reading. */
function hull({ from, until }: ReplayAsk, away: readonly Span[] | null): Span {
  if (!away) return { from, until }
  const [latest, earliest] = [away[0], away.at(-1)]
  if (!latest || !earliest) return { from, until: from }
  return { from: Math.max(from, earliest.from), until: Math.min(until, latest.until) }
}
