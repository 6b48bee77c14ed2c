import type { Event } from '../../core/event.ts'
import { explainEvent, type RuleExplanation } from '../../core/explain-event.ts'
import type { Delivery, DeliveryId } from '../../core/planned-delivery.ts'
import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { takesType } from '../../core/rule.ts'
import { gatherExplanation } from '../../inspect/explain-stored.ts'
import type { FullStore } from '../../storage/open-store.ts'

export type TailKind = 'events' | 'decisions' | 'deliveries'

/** What is followed; what is left out does not matter. */
export interface TailFilter {
  /** Event types, `user.*` for a whole group. */
  types: readonly string[]
  subject: ProfileId | null
  source: string | undefined
  rule: string | undefined
}

export type TailEntry =
  | { kind: 'event'; event: Event }
  | { kind: 'decision'; event: Event; rule: RuleExplanation }
  | { kind: 'delivery'; delivery: Delivery }

/** Where to go on: behind this event and this delivery. */
export interface TailCursor {
  event: EventId | 0
  delivery: DeliveryId | 0
}

/** Events or deliveries read at a time. */
const pageMax = 200
/** Unfinished deliveries whose states are followed; further ones are told of once. */
const followedMax = 1_000

/** Reads what came since it was asked last. */
export class TailReader {
  readonly cursor: TailCursor
  readonly #store: FullStore
  readonly #workspaceId: WorkspaceId
  readonly #filter: TailFilter
  readonly #kinds: ReadonlySet<TailKind>
  /** Unfinished deliveries, as they were told of last. */
  readonly #open = new Map<DeliveryId, string>()

  constructor(
    store: FullStore,
    workspaceId: WorkspaceId,
    asked: { kinds: ReadonlySet<TailKind>; filter: TailFilter; cursor: TailCursor },
  ) {
    this.#store = store
    this.#workspaceId = workspaceId
    this.#kinds = asked.kinds
    this.#filter = asked.filter
    this.cursor = { ...asked.cursor }
  }

  /** Notes what is unfinished already, so that what becomes of it is told. */
  async begin(): Promise<void> {
    if (!this.#kinds.has('deliveries')) return
    const states = ['queued', 'pending', 'claimed'] as const
    const filter = { ...this.#selection(), states, limit: followedMax }
    for (const delivery of await this.#store.listDeliveries(this.#workspaceId, filter)) {
      if (delivery.id <= this.cursor.delivery) this.#open.set(delivery.id, stateOf(delivery))
    }
  }

  /** Yields in the order in which things happened; the cursor moves with what was taken. */
  async *read(): AsyncGenerator<TailEntry> {
    if (this.#kinds.has('events') || this.#kinds.has('decisions')) yield* this.#events()
    if (this.#kinds.has('deliveries')) yield* this.#deliveries()
  }

  async *#events(): AsyncGenerator<TailEntry> {
    for (;;) {
      const page = await this.#store.readEvents(this.#workspaceId, this.cursor.event, pageMax)
      for (const event of page) {
        const entries = this.#wants(event) ? await this.#entriesOf(event) : []
        const last = entries.pop()
        yield* entries
        // Before the last is told: whoever stops then has had everything of this event.
        this.cursor.event = event.id
        if (last) yield last
      }
      if (page.length < pageMax) return
    }
  }

  /** The event, and what each rule made of it; those that are about other types are left out. */
  async #entriesOf(event: Event): Promise<TailEntry[]> {
    const entries: TailEntry[] = []
    if (this.#kinds.has('events') && this.#isCausedBy(event)) entries.push({ kind: 'event', event })
    if (!this.#kinds.has('decisions')) return entries
    const store = this.#store
    const input = await gatherExplanation(store, store, this.#workspaceId, event.id)
    for (const rule of input ? explainEvent(input) : []) {
      if (this.#filter.rule !== undefined && rule.rule !== this.#filter.rule) continue
      if (!rule.matched && rule.because === 'type') continue
      entries.push({ kind: 'decision', event, rule })
    }
    return entries
  }

  async *#deliveries(): AsyncGenerator<TailEntry> {
    yield* this.#changed()
    for (;;) {
      const { delivery: cursor } = this.cursor
      const after = { cursor: cursor as DeliveryId, oldestFirst: true, limit: pageMax }
      const page = await this.#store.listDeliveries(this.#workspaceId, after)
      for (const delivery of page) {
        this.cursor.delivery = delivery.id
        if (!this.#wantsDelivery(delivery)) continue
        if (delivery.endedAt === null && this.#open.size < followedMax) {
          this.#open.set(delivery.id, stateOf(delivery))
        }
        yield { kind: 'delivery', delivery }
      }
      if (page.length < pageMax) return
    }
  }

  async *#changed(): AsyncGenerator<TailEntry> {
    if (this.#open.size === 0) return
    const asked = { ids: [...this.#open.keys()], oldestFirst: true, limit: followedMax }
    const found = await this.#store.listDeliveries(this.#workspaceId, asked)
    const gone = new Set(this.#open.keys())
    for (const delivery of found) {
      gone.delete(delivery.id)
      const state = stateOf(delivery)
      const before = this.#open.get(delivery.id)
      if (delivery.endedAt === null) this.#open.set(delivery.id, state)
      else this.#open.delete(delivery.id)
      if (state !== before) yield { kind: 'delivery', delivery }
    }
    for (const id of gone) this.#open.delete(id)
  }

  #selection() {
    const { subject, rule } = this.#filter
    return { ...(subject !== null && { subject }), ...(rule !== undefined && { rule }) }
  }

  #wants({ type, subject, source }: Event): boolean {
    return isWanted(this.#filter, { type, subject, source: source.dialect })
  }

  #isCausedBy({ cause }: Event): boolean {
    const { rule } = this.#filter
    return rule === undefined || cause?.rule.startsWith(`${rule}@`) === true
  }

  #wantsDelivery({ rule, subject, seen }: Delivery): boolean {
    const { type, source } = seen.event
    const isOfRule = this.#filter.rule === undefined || this.#filter.rule === rule
    return isOfRule && isWanted(this.#filter, { type, subject, source })
  }
}

function isWanted(
  { types, subject, source }: TailFilter,
  found: { type: string; subject: ProfileId | null; source: string },
): boolean {
  if (types.length > 0 && !types.some((entry) => takesType(entry, found.type))) return false
  if (subject !== null && subject !== found.subject) return false
  return source === undefined || source === found.source
}

function stateOf({ state, attemptCount, reason }: Delivery): string {
  return `${state} ${attemptCount} ${reason ?? ''}`
}
