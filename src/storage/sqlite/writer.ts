import type { DatabaseSync } from 'node:sqlite'
import type { Outcome } from '../../core/command.ts'
import type { Decide } from '../../core/decision.ts'
import { Fault, isOfStore } from '../../core/errors.ts'
import type { Preview } from '../../core/preview.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import { type Ahead, CommandWriter, type Result, type Waiting } from './command-writer.ts'
import { type RollUpGoal, rollUpSome } from './event-counts.ts'
import { expireOwn, type OwnStep } from './expire-own.ts'
import { expireSome } from './expire-some.ts'
import { isStorageError, storageFault } from './faults.ts'
import { type Filled, fillSome } from './fill-some.ts'
import type { Foreseen, Stretch } from './foresee.ts'
import { openDatabase, setSynced } from './open-database.ts'
import * as sql from './statements.ts'
import type { DeliveryCall } from './thread-messages.ts'

/** Everything that belongs to one open connection. */
interface Connection {
  db: DatabaseSync
  commands: CommandWriter
  dataVersion: number
}

/** Commands that were handed over together. */
export interface Part {
  rows: Foreseen
  of: Ahead
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
      return this.#transact(({ commands }) => group.map((waiting) => commands.apply(waiting, now)))
    } catch (error) {
      // The store as a whole could not begin or commit: that is everybody's answer.
      if (error instanceof Fault) return group.map(() => ({ fault: error }))
      // Somebody's command could not be written. Nothing was, so each is tried on its own.
      if (group.length > 1) return group.flatMap((waiting) => this.applyGroup([waiting], now))
      return [{ fault: asFault(error) }]
    }
  }

  /**
   * Applies as many commands of a stretch as fit into one transaction of `holdMs`, at least one,
   * and answers what became of those; nothing is tried after a fault of the store.
   */
  applySome(parts: readonly Part[], { from, to }: Stretch, holdMs: number): (Outcome | Fault)[] {
    const outcomes: (Outcome | Fault)[] = []
    try {
      this.#transact(({ commands }) => {
        const end = performance.now() + holdMs
        do {
          const { rows, of, stretch } = partOf(parts, { from: from + outcomes.length, to })
          outcomes.push(...commands.applyForeseen(rows, stretch, of))
        } while (from + outcomes.length < to && performance.now() < end)
      })
      return outcomes
    } catch (error) {
      // As above, in order.
      if (error instanceof Fault || from + 1 === to) return [asFault(error)]
      const alone: (Outcome | Fault)[] = []
      for (let row = from; row <= from + outcomes.length; row++) {
        alone.push(...this.applySome(parts, { from: row, to: row + 1 }, holdMs))
        if (isOfStore(alone.at(-1))) break
      }
      return alone
    }
  }

  /** Decides a command as `applyGroup` would, in a transaction that is rolled back. */
  preview(waiting: Waiting, now: number): Preview {
    const { db, commands } = this.#begin()
    try {
      return commands.preview(waiting, now)
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

  /** The same by a workspace's own time. */
  expireOwn(step: OwnStep): ReturnType<typeof expireOwn> {
    return this.#aside((db) => expireOwn(db, step))
  }

  /** Counts a small part of what was not counted yet; 0 when all of the goal is. */
  rollUp(goal: RollUpGoal): number {
    return this.#aside((db) => rollUpSome(db, goal))
  }

  /** Changes deliveries or destinations: all of it in one transaction, or each in its own. */
  writeDeliveries(calls: readonly DeliveryCall[]): ({ answer: unknown } | { fault: Fault })[] {
    let isWritten = false
    // A claim that a power cut takes back was nobody's: nothing is sent before an attempt that
    // began after it is synced, and whoever held it is gone as well.
    const synced = calls.some(({ method }) => method !== 'claimDeliveries')
    try {
      return this.#aside((_db, { commands }) => {
        const answers = calls.map(({ method, now, given }) => {
          const { writes } = commands.deliveries
          const write = writes[method] as (now: number, ...given: unknown[]) => unknown
          return { answer: write(now, ...given) }
        })
        commands.flush()
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
    return this.#connection?.commands.deliveries.planner.takePlanned() ?? false
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

  /** A transaction of commands; what went wrong is a `Fault` where it is everybody's. */
  #transact<T>(work: (connection: Connection) => T): T {
    const connection = this.#begin()
    try {
      const result = work(connection)
      connection.commands.flush()
      this.#commit(connection.db)
      return result
    } catch (error) {
      this.#abandon()
      throw error
    }
  }

  #begin(synced = true): Connection {
    this.#connection ??= this.#connect()
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
      connection.commands.forget()
      connection.dataVersion = version
    }
    return connection
  }

  #connect(): Connection {
    const db = openDatabase(this.#path, 'write')
    return { db, commands: new CommandWriter(db, this.#decide), dataVersion: dataVersion(db) }
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

/** The part that a stretch of all of them begins in, and as much of it. */
function partOf(parts: readonly Part[], { from, to }: Stretch): Part & { stretch: Stretch } {
  let before = 0
  for (const part of parts) {
    const { length } = part.rows.commands
    if (from < before + length) {
      return { ...part, stretch: { from: from - before, to: Math.min(to - before, length) } }
    }
    before += length
  }
  throw new Error('There are not as many commands.')
}

/** Differs once another connection has committed. */
function dataVersion(db: DatabaseSync): number {
  return Number(db.prepare('PRAGMA data_version').get()?.data_version)
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (isStorageError(error)) return storageFault(error, 'write')
  return new Fault('internal', { cause: error })
}
