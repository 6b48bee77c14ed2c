import type { DatabaseSync } from 'node:sqlite'
import type { Applied, Command } from '../../core/command.ts'
import { type Decide, type Decided, settle } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { emptyKnown, likelyNeeds } from '../../core/known.ts'
import { limits } from '../../core/limits.ts'
import { type Preview, previewOf } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import { DecidedWriter } from './decided-writer.ts'
import { deliveryTables } from './delivery-writes.ts'
import { rollUpSome } from './event-counts.ts'
import { expireSome } from './expire-some.ts'
import { isStorageError, storageFault } from './faults.ts'
import { type Filled, fillSome } from './fill-some.ts'
import { IdempotencyTable } from './idempotency-table.ts'
import { KnownLoader } from './known-loader.ts'
import { openDatabase, setSynced } from './open-database.ts'
import { RecordWriter } from './record-writer.ts'
import { RowSizes } from './row-size.ts'
import { RunWriter } from './run-writer.ts'
import { SideWriter } from './side-writer.ts'
import * as sql from './statements.ts'
import type { DeliveryCall } from './thread-messages.ts'
import { WorkspaceStates } from './workspace-state.ts'

export interface Waiting {
  workspaceId: WorkspaceId
  command: Command
}

/** What became of a command, with the profile as JSON text where it was written. */
export type Result = { applied: Applied; profileText: string | null } | { fault: Fault }

/** Everything that belongs to one open connection. */
interface Connection {
  db: DatabaseSync
  loader: KnownLoader
  writer: DecidedWriter
  runs: RunWriter
  side: SideWriter
  records: RecordWriter
  states: WorkspaceStates
  idempotency: IdempotencyTable
  deliveries: ReturnType<typeof deliveryTables>
  dataVersion: number
}

/**
 * The one writer of a file: decides and writes groups of commands, each group in one synced
 * transaction. Synchronous throughout, so that nothing can come between its reads and its writes.
 */
export class Writer {
  readonly #path: string
  readonly #decide: Decide
  #connection: Connection | null = null

  constructor(path: string, decide: Decide) {
    this.#path = path
    this.#decide = decide
  }

  /** One result for each command, in order. A command that is refused is refused alone. */
  applyGroup(group: readonly Waiting[], now: number): Result[] {
    try {
      return this.#transact(group, now)
    } catch (error) {
      // The store as a whole could not begin or commit: that is everybody's answer.
      if (error instanceof Fault) return group.map(() => ({ fault: error }))
      // Somebody's command could not be written. Nothing was, so each is tried on its own.
      if (group.length > 1) return group.flatMap((waiting) => this.applyGroup([waiting], now))
      return [{ fault: asFault(error) }]
    }
  }

  /** Decides a command as `applyGroup` would, in a transaction that is rolled back. */
  preview({ workspaceId, command }: Waiting, now: number): Preview {
    const { db, loader, states } = this.#begin()
    try {
      const { settings, rules, workspace, last } = states.get(workspaceId)
      const context = { now, settings, rules, workspace }
      const decided = this.#decideFully(loader, workspaceId, command, context)
      settle(decided, last)
      return previewOf(decided)
    } finally {
      db.exec('ROLLBACK')
    }
  }

  /** A real, tiny, synced write. */
  probe(now: number): void {
    const { db } = this.#begin()
    try {
      db.prepare(sql.probe).run(now)
      this.#commit(db)
    } catch (error) {
      this.#abandon()
      throw asFault(error)
    }
  }

  /** Deletes a small part of what is old enough; none of a kind is left when its count is 0. */
  expire(before: ExpireBefore): Expired {
    return this.#aside((db) => expireSome(db, before))
  }

  /** Counts a small part of the events that were not counted yet; 0 when all are. */
  rollUp(): number {
    return this.#aside(rollUpSome)
  }

  /** Changes deliveries or destinations: all of it in one transaction, or each in its own. */
  writeDeliveries(calls: readonly DeliveryCall[]): ({ answer: unknown } | { fault: Fault })[] {
    let isWritten = false
    // A claim that a power cut takes back was nobody's: nothing is sent before an attempt that
    // began after it is synced, and whoever held it is gone as well.
    const synced = calls.some(({ method }) => method !== 'claimDeliveries')
    try {
      return this.#aside((_db, { deliveries, states }) => {
        const answers = calls.map(({ method, now, given }) => {
          const write = deliveries.writes[method] as (now: number, ...given: unknown[]) => unknown
          return { answer: write(now, ...given) }
        })
        states.flush()
        isWritten = true
        return answers
      }, synced)
    } catch (error) {
      // One of them may be at fault. Nothing was written, so each is tried on its own.
      if (!isWritten && calls.length > 1)
        return calls.flatMap((call) => this.writeDeliveries([call]))
      return calls.map(() => ({ fault: asFault(error) }))
    }
  }

  /** Does a small part of what the indexes still lack. */
  fillSome(): Filled {
    return this.#aside(fillSome)
  }

  /** Whether deliveries were planned that may be claimed, since this was asked last. */
  takePlanned(): boolean {
    return this.#connection?.deliveries.planner.takePlanned() ?? false
  }

  close(): void {
    this.#connection?.db.close()
    this.#connection = null
  }

  /** A transaction that is about no command; one that is not synced is so with the next that is. */
  #aside<T>(work: (db: DatabaseSync, connection: Connection) => T, synced = true): T {
    const connection = this.#begin(synced)
    try {
      const result = work(connection.db, connection)
      this.#commit(connection.db)
      if (!synced) setSynced(connection.db, true)
      return result
    } catch (error) {
      this.#abandon()
      throw asFault(error)
    }
  }

  #transact(group: readonly Waiting[], now: number): Result[] {
    const connection = this.#begin()
    try {
      const results = group.map((waiting) => this.#applyOne(connection, waiting, now))
      connection.states.flush()
      this.#commit(connection.db)
      return results
    } catch (error) {
      this.#abandon()
      throw error
    }
  }

  #applyOne(connection: Connection, { workspaceId, command }: Waiting, now: number): Result {
    const { loader, writer, runs, side, records, states, idempotency, deliveries } = connection
    try {
      const earlier = idempotency.find(workspaceId, command)
      if (earlier) return { applied: earlier, profileText: null }
      const state = states.get(workspaceId)
      const decided = this.#decideFully(loader, workspaceId, command, {
        now,
        settings: state.settings,
        rules: state.rules,
        workspace: state.workspace,
      })
      settle(decided, state.last)
      const planned = records.plan(workspaceId, command, decided, { now, last: state.lastRecord })
      states.advance(workspaceId, state, decided)
      const profileText = writer.write(workspaceId, decided)
      runs.write(workspaceId, decided)
      deliveries.planner.write(workspaceId, decided)
      if (planned) state.lastRecord = records.write(workspaceId, planned)
      side.write(workspaceId, decided, state.settings.indexedAttributes)
      const applied = appliedFrom(decided, command)
      if (planned) applied.records = planned.plan.records
      idempotency.keep(workspaceId, command, applied, now)
      return { applied, profileText }
    } catch (error) {
      // Refusals come before the first write of a command, so the group goes on without it.
      if (error instanceof Fault) return { fault: error }
      throw error
    }
  }

  #decideFully(
    loader: KnownLoader,
    workspaceId: WorkspaceId,
    command: Command,
    context: Parameters<Decide>[2],
  ): Decided {
    const known = emptyKnown()
    const dated = command.occurredAt !== undefined
    loader.load(known, likelyNeeds(command), workspaceId, dated)
    for (let round = 0; round < limits.decideRoundsMax; round++) {
      const verdict = this.#decide(known, command, context)
      if (verdict.kind === 'decided') return verdict
      if (verdict.kind === 'refused') throw verdict.fault
      loader.load(known, verdict.needs, workspaceId, dated)
    }
    throw new Fault('internal', {
      message: `The rules of this workspace need more than ${limits.decideRoundsMax} look-ups.`,
    })
  }

  #begin(synced = true): Connection {
    this.#connection ??= connect(this.#path)
    const connection = this.#connection
    try {
      if (!synced) setSynced(connection.db, false)
      connection.db.exec('BEGIN IMMEDIATE')
    } catch (error) {
      if (!connection.db.isTransaction) this.#abandon()
      throw asFault(error)
    }
    const version = dataVersion(connection.db)
    if (version !== connection.dataVersion) {
      connection.states.forget()
      connection.deliveries.plans.forget()
      connection.dataVersion = version
    }
    return connection
  }

  #commit(db: DatabaseSync): void {
    try {
      db.exec('COMMIT')
    } catch (error) {
      throw storageFault(error, 'commit')
    }
  }

  /**
   * Gives the transaction up. After a failed write or sync the connection is not to be trusted:
   * what the file holds is read again from disk by a new one.
   */
  #abandon(): void {
    const connection = this.#connection
    this.#connection = null
    try {
      if (connection?.db.isTransaction) connection.db.exec('ROLLBACK')
    } catch {
      // Closing rolls back too.
    }
    connection?.db.close()
  }
}

function connect(path: string): Connection {
  const db = openDatabase(path, 'write')
  const sizes = new RowSizes()
  const states = new WorkspaceStates(db)
  const deliveries = deliveryTables(db, states)
  return {
    db,
    loader: new KnownLoader(db, sizes),
    writer: new DecidedWriter(db, sizes),
    runs: new RunWriter(db),
    side: new SideWriter(db),
    records: new RecordWriter(db, deliveries.subscriptions),
    states,
    idempotency: new IdempotencyTable(db),
    deliveries,
    dataVersion: dataVersion(db),
  }
}

/** Differs once another connection has committed. */
function dataVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA data_version').get()?.data_version)
}

function appliedFrom({ subject, events, foundBy }: Decided, { reply }: Command): Applied {
  const profile = reply === 'outcome' ? null : subject
  return { events: events.map(({ id }) => id), foundBy, profile }
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (isStorageError(error)) return storageFault(error, 'write')
  return new Fault('internal', { cause: error })
}
