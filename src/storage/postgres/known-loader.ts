import { provisionalIds } from '../../core/decision.ts'
import {
  emptyKnown,
  identifierKey,
  type Known,
  type KnownIdentifier,
  type Need,
  type RecordAsk,
  recordAskKey,
  withClaimant,
} from '../../core/known.ts'
import { limits } from '../../core/limits.ts'
import type { EventId, Identifier, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { type RunKey, runId } from '../../core/run.ts'
import {
  eventFromRow,
  profileFromRow,
  type Row,
  ruleCountFromRow,
  ruleFromRow,
  runFromRow,
} from '../rows.ts'
import { lockEvents } from './event-statements.ts'
import { columns, isOwner, isProfile, rowKey } from './identifier-rows.ts'
import type { NameCache } from './name-cache.ts'
import type { NeedSet } from './needs.ts'
import { findRecord, findRecords, listRecords } from './record-reader.ts'
import { lockRuns, selectRuleCounts } from './run-statements.ts'
import type { Ask } from './search-sources.ts'
import * as sql from './statements.ts'
import type { Transaction } from './transaction.ts'

/**
 * Thrown when a need cannot be met without waiting out of order: the group starts again with it.
 */
export class LockedElsewhere {
  readonly needs: readonly Need[]
  constructor(needs: readonly Need[]) {
    this.needs = needs
  }
}

interface LoaderOptions {
  transaction: Transaction
  workspaceId: WorkspaceId
  names: NameCache
  /** Whether any command of the group has a time of its own, and so may lose to a removal. */
  dated: boolean
  /** How many commands the group has: each may let go of so many holders. */
  commandCount: number
}

/**
 * Loads, under locks, what the decisions of one group are made on. `known` is shared by them and
 * moves on with each; `stored` stays as it was loaded, and what is to be written is the difference.
 */
export class KnownLoader {
  readonly known: Known = emptyKnown()
  /** Who held each identifier in the database, the owner first. */
  readonly stored = new Map<string, { identifier: Identifier; holders: readonly ProfileId[] }>()
  /** How often a decision looked at records that may have changed since it was last reset. */
  recordLooks = 0
  readonly #options: LoaderOptions

  constructor(options: LoaderOptions) {
    this.#options = options
  }

  /** The first round: everything that was foreseen, locked in the order that all groups keep. */
  async lock(needs: NeedSet): Promise<void> {
    const { transaction, workspaceId } = this.#options
    const { identifiers } = needs
    const profiles = this.#possible(needs.profiles)
    const { kinds, values } = columns(identifiers)
    const waits: Promise<unknown>[] = []
    if (identifiers.length > 0) {
      waits.push(transaction.query(sql.lockIdentifiers, [workspaceId, kinds, values]))
    }
    const load = [workspaceId, kinds, values, profiles]
    const loaded = transaction.query<Row>(sql.loadOwners, load)
    const results = await Promise.all([loaded, ...waits])
    const rows = results[0].rows
    await this.#take(identifiers, rows.filter(isOwner), rows.filter(isProfile), profiles)
    if (needs.runs.length > 0) await this.#lockRuns(needs.runs)
  }

  /** A further round, for what a decision turned out to need. */
  async extend(needs: readonly Need[]): Promise<void> {
    const identifiers: Identifier[] = []
    const crowds: Identifier[] = []
    const profiles: ProfileId[] = []
    const names: string[] = []
    const counted: ProfileId[] = []
    const runs: RunKey[] = []
    const events: EventId[] = []
    const asks: RecordAsk[] = []
    for (const need of needs) {
      if ('identifier' in need) {
        const key = identifierKey(need.identifier)
        if (!this.known.identifiers.has(key)) identifiers.push(need.identifier)
        if (need.holders === 'all') crowds.push(need.identifier)
      } else if ('profile' in need) profiles.push(...this.#possible([need.profile]))
      else if ('run' in need) runs.push(need.run)
      else if ('event' in need) events.push(need.event)
      else if ('ruleCounts' in need) counted.push(need.ruleCounts)
      else if ('records' in need) asks.push(need.records)
      else names.push(need.attributeName)
    }
    if (identifiers.length > 0 || profiles.length > 0) {
      await this.#lockWithoutWaiting(identifiers, profiles)
    }
    if (crowds.length > 0) await this.#completeHolders(crowds)
    if (names.length > 0) await this.#loadNames(names)
    if (counted.length > 0) await this.#loadCounts(counted)
    if (runs.length > 0) await this.#lockRuns(runs)
    if (events.length > 0) await this.#lockEvents(events)
    for (const ask of asks) {
      this.recordLooks += 1
      this.known.records.set(recordAskKey(ask), await this.#answer(ask))
    }
  }

  /**
   * Records need no locks of their own: whoever writes those about a person holds the person, as
   * a decision that looks at them does.
   */
  async #answer(ask: RecordAsk): Promise<unknown> {
    const { transaction, workspaceId } = this.#options
    const rows: Ask = async (statement, values) =>
      (await transaction.query<Row>(statement, values)).rows
    if ('records' in ask) return findRecords(rows, workspaceId, ask.records)
    if ('recordPage' in ask) return listRecords(rows, workspaceId, ask.recordPage)
    return findRecord(rows, workspaceId, ask.record.kind, ask.record.key)
  }

  /** Callers make ids out of any number; nobody has one that the database could not hold. */
  #possible(profiles: readonly ProfileId[]): ProfileId[] {
    return profiles.filter((id) => {
      const possible = Number.isSafeInteger(id) && id < provisionalIds
      if (!possible && !this.#hasProfile(id)) this.known.profiles.set(id, null)
      return possible
    })
  }

  /** What cannot be had now becomes a need of the next attempt. */
  async #lockWithoutWaiting(identifiers: Identifier[], profiles: ProfileId[]): Promise<void> {
    const { transaction, workspaceId } = this.#options
    const { kinds, values } = columns(identifiers)
    const owners =
      identifiers.length > 0
        ? (await transaction.query<Row>(sql.tryLockIdentifiers, [workspaceId, kinds, values])).rows
        : []
    if (owners.length < identifiers.length) this.#startAgain(identifiers, profiles)
    const ids = owners.map((row) => row.profile_id as ProfileId | null)
    const wanted = [...profiles, ...ids].filter((id) => id !== null && !this.#hasProfile(id))
    const unique = [...new Set(wanted)] as ProfileId[]
    const found =
      unique.length > 0
        ? (await transaction.query<Row>(sql.tryLockProfiles, [workspaceId, unique])).rows
        : []
    if (found.length < unique.length) this.#startAgain(identifiers, profiles)
    const ownerRows = owners.map((row) => ({ ...row, id: row.profile_id }))
    await this.#take(identifiers, ownerRows, found, profiles)
  }

  #startAgain(identifiers: Identifier[], profiles: ProfileId[]): never {
    throw new LockedElsewhere([
      ...identifiers.map((identifier) => ({ identifier, holders: 'owner' as const })),
      ...profiles.map((profile) => ({ profile })),
    ])
  }

  #hasProfile(id: ProfileId): boolean {
    return this.known.profiles.has(id)
  }

  async #take(
    identifiers: readonly Identifier[],
    owners: readonly Row[],
    found: readonly Row[],
    profiles: readonly ProfileId[],
  ): Promise<void> {
    const removals = await this.#loadRemovals(identifiers)
    const ownerOf = new Map(owners.map((row) => [rowKey(row), row.id as ProfileId | null]))
    for (const identifier of identifiers) {
      const key = identifierKey(identifier)
      const owner = ownerOf.get(key)
      if (owner === undefined) throw new Error(`A locked ${identifier.kind} is gone.`)
      const holders = owner === null ? [] : [owner]
      this.stored.set(key, { identifier, holders })
      const removedAt = removals.get(key) ?? null
      this.known.identifiers.set(key, { holders, complete: owner === null, removedAt })
    }
    for (const row of found) {
      if (!this.#hasProfile(row.id as ProfileId)) {
        this.known.profiles.set(row.id as ProfileId, profileFromRow(row))
      }
    }
    for (const id of profiles) if (!this.#hasProfile(id)) this.known.profiles.set(id, null)
  }

  async #loadRemovals(identifiers: readonly Identifier[]): Promise<Map<string, number>> {
    const { transaction, workspaceId, dated } = this.#options
    if (!dated || identifiers.length === 0) return new Map()
    const { kinds, values } = columns(identifiers)
    const { rows } = await transaction.query<Row>(sql.selectRemovals, [workspaceId, kinds, values])
    return new Map(rows.map((row) => [rowKey(row), row.removed_at as number]))
  }

  /**
   * Adds the other holders to owners that are locked already. The group itself may have added some
   * by now; it has taken none away, since that asks for all of them first.
   */
  async #completeHolders(identifiers: readonly Identifier[]): Promise<void> {
    const { transaction, workspaceId, commandCount } = this.#options
    const incomplete = identifiers.filter((identifier) => !this.#entry(identifier).complete)
    if (incomplete.length === 0) return
    const { kinds, values } = columns(incomplete)
    const most = limits.eventsPerCommandMax * commandCount + 1
    const asked = [workspaceId, kinds, values, most]
    const { rows } = await transaction.query<Row>(sql.selectOtherHolders, asked)
    for (const identifier of incomplete) {
      const key = identifierKey(identifier)
      const entry = this.#entry(identifier)
      const others = rows.filter((row) => rowKey(row) === key)
      const before = this.stored.get(key)?.holders ?? []
      const holders = [...before, ...others.map((row) => row.profile_id as ProfileId)]
      const added = entry.holders.filter((id) => !before.includes(id))
      const all = added.reduce(withClaimant, holders)
      this.stored.set(key, { identifier, holders })
      this.known.identifiers.set(key, { ...entry, holders: all, complete: true })
    }
  }

  async #lockRuns(keys: readonly RunKey[]): Promise<void> {
    const { transaction, workspaceId } = this.#options
    const events = keys.map(({ event }) => event)
    const rules = keys.map(({ rule }) => rule)
    const { rows } = await transaction.query<Row>(lockRuns, [workspaceId, events, rules])
    for (const key of keys)
      if (!this.known.runs.has(runId(key))) this.known.runs.set(runId(key), null)
    for (const row of rows) {
      const run = runFromRow(row)
      this.known.runs.set(runId(run), { run, rule: ruleFromRow(row) })
    }
  }

  async #lockEvents(ids: readonly EventId[]): Promise<void> {
    const { transaction, workspaceId } = this.#options
    const { rows } = await transaction.query<Row>(lockEvents, [workspaceId, ids])
    for (const id of ids) this.known.events.set(id, null)
    for (const event of rows.map(eventFromRow)) this.known.events.set(event.id, event)
  }

  /** Nothing is stored about people that the group itself made. */
  async #loadCounts(people: readonly ProfileId[]): Promise<void> {
    const { transaction, workspaceId } = this.#options
    for (const id of people) this.known.ruleCounts.set(id, new Map())
    const stored = people.filter((id) => id < provisionalIds)
    if (stored.length === 0) return
    const { rows } = await transaction.query<Row>(selectRuleCounts, [workspaceId, stored])
    for (const count of rows.map(ruleCountFromRow)) {
      const counts = this.known.ruleCounts.get(count.subject)
      this.known.ruleCounts.set(count.subject, new Map(counts).set(count.rule, count))
    }
  }

  #entry(identifier: Identifier): KnownIdentifier {
    const entry = this.known.identifiers.get(identifierKey(identifier))
    if (!entry) throw new Error(`A ${identifier.kind} was asked about before it was locked.`)
    return entry
  }

  async #loadNames(asked: readonly string[]): Promise<void> {
    const { transaction, workspaceId, names } = this.#options
    const unknown = asked.filter((name) => !names.isStored(workspaceId, 'attribute', name))
    const stored = new Set(asked.filter((name) => !unknown.includes(name)))
    if (unknown.length > 0) {
      const kinds = unknown.map(() => 'attribute')
      const { rows } = await transaction.query<Row>(sql.selectNames, [workspaceId, kinds, unknown])
      for (const row of rows) stored.add(row.name as string)
    }
    for (const name of asked) this.known.attributeNames.set(name, stored.has(name))
  }
}
