import type pg from 'pg'
import { advanceKnown } from '../../core/advance-known.ts'
import type { Command } from '../../core/command.ts'
import {
  changesAnything,
  type Decide,
  type DecideContext,
  type Decided,
  type LastIds,
  lastIdsAfter,
  mergesAnybody,
  provisionalIds,
  rebase,
  settle,
} from '../../core/decision.ts'
import { Fault, isOfStore } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { ConfigCache, WorkspaceConfig } from './config-cache.ts'
import { decideOne } from './decide-one.ts'
import { isCollision, isPartitionMissing, storageFault } from './faults.ts'
import { groupChanges } from './group-changes.ts'
import { ConfigIsOld, readIds, takeIds } from './group-ids.ts'
import { GroupRecords, RecordsRefused } from './group-records.ts'
import {
  isDecided,
  type Result,
  resultsOf,
  shownProfile,
  type Verdict,
  verdictOf,
  withDecisions,
  writesRecords,
} from './group-verdicts.ts'
import { claimKeys, type Foregone, keepOutcomes } from './idempotency-table.ts'
import { KnownLoader, LockedElsewhere } from './known-loader.ts'
import type { NameCache } from './name-cache.ts'
import { foreseenNeeds, NeedSet } from './needs.ts'
import { ensurePartitions } from './partitions.ts'
import { type Planned, planDeliveries, writeDeliveries } from './plan-deliveries.ts'
import * as sql from './statements.ts'
import { type Transaction, transact } from './transaction.ts'
import { keepNames } from './write-names.ts'
import { writeRuns } from './write-runs.ts'
import { writeSide } from './write-side.ts'
import { writeSubscriptions } from './write-subscriptions.ts'

/** How often a group is tried again after it met others in a way that undid it. */
const collisionsMax = 10
/** How often a group finds its configuration changed before it makes changes wait for it. */
const staleMax = 2

interface GroupWriterOptions {
  pool: pg.Pool
  decide: Decide
  configs: ConfigCache
  names: NameCache
  clock: () => number
  /** Called after a commit that left something to be claimed. */
  due(): void
}

interface Group {
  commands: readonly Command[]
  needs: NeedSet
  /** Commands whose records turned out not to be possible. */
  refused: ReadonlyMap<Command, Fault>
}

interface Attempt {
  results: Result[]
  /** To be done once it is committed. */
  remember(): void
}

/**
 * Decides and writes groups of commands of one workspace, each group in one transaction. Locks are
 * had in one order by everybody (identifiers, profiles, runs, lanes, each sorted, then the
 * counters), so that groups on any number of nodes never wait for each other in a circle.
 */
export class GroupWriter {
  readonly #options: GroupWriterOptions

  constructor(options: GroupWriterOptions) {
    this.#options = options
  }

  /** One result for each command, in order. A command that is refused is refused alone. */
  async apply(
    workspaceId: WorkspaceId,
    commands: readonly Command[],
    deadline: number,
  ): Promise<Result[]> {
    try {
      return await this.#tryUntilDone(workspaceId, commands, deadline)
    } catch (error) {
      if (error instanceof SplitGroup) {
        const { at } = error
        const first = await this.apply(workspaceId, commands.slice(0, at), deadline)
        return [...first, ...(await this.apply(workspaceId, commands.slice(at), deadline))]
      }
      const fault = storageFault(error)
      // The store as a whole was not able: that is everybody's answer.
      if (fault.code !== 'internal' || commands.length === 1) return commands.map(() => ({ fault }))
      // Somebody's command could not be written. Nothing was, so each is tried on its own.
      const results: Result[] = []
      for (const command of commands) {
        const [last] = results.slice(-1)
        const ended = last && 'fault' in last && isOfStore(last.fault)
        results.push(...(ended ? [last] : await this.apply(workspaceId, [command], deadline)))
      }
      return results
    }
  }

  async #tryUntilDone(
    workspaceId: WorkspaceId,
    commands: readonly Command[],
    deadline: number,
  ): Promise<Result[]> {
    const { pool, configs } = this.#options
    const needs = new NeedSet()
    const refused = new Map<Command, Fault>()
    for (const command of commands) needs.add(foreseenNeeds(command))
    let rounds = 0
    let collisions = 0
    let stale = 0
    for (;;) {
      const config = stale < staleMax ? await configs.get(workspaceId) : null
      const now = this.#options.clock()
      try {
        const { results, remember } = await transact(pool, deadline, async (transaction) => {
          const held = config ?? (await configs.hold(workspaceId, transaction))
          const group = { commands, needs, refused }
          return this.#attempt(transaction, workspaceId, group, { ...held, now })
        })
        remember()
        return results
      } catch (error) {
        if (error instanceof RecordsRefused) {
          for (const [command, fault] of error.faults) refused.set(command, fault)
        } else if (error instanceof ConfigIsOld) {
          configs.forget(workspaceId)
          stale += 1
        } else if (error instanceof LockedElsewhere && ++rounds <= limits.decideRoundsMax) {
          needs.add(error.needs)
        } else if (isPartitionMissing(error)) await this.#addPartition(now)
        else if (!isCollision(error) || ++collisions > collisionsMax) throw error
      }
      if (performance.now() >= deadline) throw new Fault('unavailable', { retryAfterSeconds: 1 })
    }
  }

  async #attempt(
    transaction: Transaction,
    workspaceId: WorkspaceId,
    { commands, needs, refused }: Group,
    context: DecideContext & WorkspaceConfig,
  ): Promise<Attempt> {
    const loader = new KnownLoader({
      transaction,
      workspaceId,
      names: this.#options.names,
      dated: commands.some(({ occurredAt }) => occurredAt !== undefined),
      commandCount: commands.length,
    })
    const claimed = await claimKeys(transaction, workspaceId, commands)
    const foregone = new Map([...claimed, ...refused])
    await loader.lock(needs)
    const verdicts = await this.#decideAll(loader, commands, foregone, context)
    const decisions = verdicts.filter(isDecided)
    const decidedCommands = withDecisions(commands, verdicts)
    const changes = decisions.some(changesAnything) || decidedCommands.some(writesRecords)
    const { destinations } = context
    const planned = await planDeliveries(transaction, workspaceId, decisions, destinations)
    const ids = changes
      ? await takeIds(transaction, workspaceId, decisions, context)
      : await readIds(transaction, workspaceId, context)
    for (const decided of decisions) rebase(decided, ids.last)
    const records = new GroupRecords(transaction, workspaceId, {
      all: decidedCommands,
      last: ids.lastRecord,
    })
    await records.plan(decidedCommands, context.now)
    const remember = await keepNames(transaction, {
      workspaceId,
      names: this.#options.names,
      decisions,
      shown: verdicts.map((verdict, index) => shownProfile(verdict, commands[index])),
      lastName: ids.lastName,
      now: context.now,
    })
    const results = resultsOf(verdicts, commands, records.results, ids.last.profile)
    const outcomes = results.flatMap((result, index) => {
      const command = commands[index]
      const keep = 'applied' in result && !result.applied.repeated && command?.idempotency
      return keep ? [{ command, applied: result.applied }] : []
    })
    // What was locked is tidied up by the writing, so it goes with whatever is kept.
    if (changes || outcomes.length > 0) {
      write(transaction, workspaceId, loader, decisions, ids.last, planned)
      records.write()
      await writeSubscriptions(transaction, workspaceId, records.subscriptions, context.now)
      writeSide(transaction, workspaceId, decisions, context.settings.indexedAttributes)
    } else transaction.discard()
    if (outcomes.length > 0) keepOutcomes(transaction, workspaceId, outcomes, context.now)
    const wakes = planned?.deliveries.some(({ state }) => state === 'pending') ?? false
    return {
      results,
      remember: () => {
        remember()
        // Whoever finds it out of date would read it again; this node knows by itself.
        if (records.subscriptions.length > 0) this.#options.configs.forget(workspaceId)
        if (wakes) this.#options.due()
      },
    }
  }

  /** Each on what the ones before it left behind. */
  async #decideAll(
    loader: KnownLoader,
    commands: readonly Command[],
    foregone: Foregone,
    context: DecideContext,
  ): Promise<Verdict[]> {
    const verdicts: Verdict[] = []
    let last = { event: provisionalIds, profile: provisionalIds, delivery: provisionalIds }
    let wrote = false
    for (const [index, command] of commands.entries()) {
      const known = foregone.get(command)
      const { recordLooks } = loader
      const verdict = known
        ? verdictOf(known)
        : await decideOne(this.#options.decide, loader, command, context)
      // What the ones before write is in no table yet, and whom they make has no id.
      if (wrote && loader.recordLooks > recordLooks) throw new SplitGroup(index)
      if (index > 0 && isDecided(verdict) && mergesAnybody(verdict)) throw new SplitGroup(index)
      verdicts.push(verdict)
      if (!isDecided(verdict)) continue
      if (writesRecords({ command, decided: verdict })) {
        wrote = true
        loader.known.records.clear()
      }
      settle(verdict, last)
      last = lastIdsAfter(last, verdict)
      advanceKnown(loader.known, verdict)
    }
    return verdicts
  }

  async #addPartition(time: number): Promise<void> {
    const client = await this.#options.pool.connect()
    try {
      await ensurePartitions(client, [time])
    } finally {
      client.release()
    }
  }
}

/** Thrown where a command cannot be decided before the ones ahead of it are written. */
class SplitGroup {
  /** Its place: the ones before are a group of their own. */
  readonly at: number
  constructor(at: number) {
    this.at = at
  }
}

function write(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  { stored, known }: KnownLoader,
  decisions: readonly Decided[],
  last: LastIds,
  planned: Planned | null,
): void {
  const { values, storedCount } = groupChanges(decisions, stored, known, last.profile)
  transaction.send(sql.writeChanges, [workspaceId, ...values, storedCount])
  writeRuns(transaction, workspaceId, decisions)
  if (planned) writeDeliveries(transaction, workspaceId, planned)
}
