import type { Command } from '../../core/command.ts'
import { type Decided, settleRecords } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import {
  clearKey,
  emptyRecords,
  type KnownRecords,
  NeedRecords,
  nameKey,
  planRecords,
  type RecordNeed,
  type RecordPlan,
} from '../../core/plan-records.ts'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { RecordId, RecordWrite, StoredRecord } from '../../core/record.ts'
import { type SubscriptionChange, subscriptionChanges } from '../../core/subscription.ts'
import { type Row, recordFromRow, recordValues } from '../rows.ts'
import * as sql from './record-statements.ts'
import { selectProfile } from './statements.ts'
import type { Transaction } from './transaction.ts'

/** A command and what was decided on it. */
export interface DecidedCommand {
  command: Command
  decided: Decided
}

/** Thrown when records of commands may not be written: the group starts again without these. */
export class RecordsRefused {
  readonly faults: ReadonlyMap<Command, Fault>
  constructor(faults: ReadonlyMap<Command, Fault>) {
    this.faults = faults
  }
}

/**
 * The records of one group, planned and written under the lock on the counters: whoever has it is
 * alone in writing records of the workspace, so they need no locks of their own.
 */
export class GroupRecords {
  readonly results = new Map<Command, (StoredRecord | null)[]>()
  /** Of all commands, in their order. */
  readonly subscriptions: SubscriptionChange[] = []
  readonly #transaction: Transaction
  readonly #workspaceId: WorkspaceId
  readonly #known: KnownRecords = emptyRecords()
  /** Profiles as the group leaves them. */
  readonly #profiles = new Map<ProfileId, Profile>()
  #lastId: number
  readonly #firstId: number

  constructor(
    transaction: Transaction,
    workspaceId: WorkspaceId,
    group: { all: readonly DecidedCommand[]; last: number },
  ) {
    this.#transaction = transaction
    this.#workspaceId = workspaceId
    this.#lastId = group.last
    this.#firstId = group.last
    for (const { decided } of group.all) {
      for (const { profile } of decided.profiles) this.#profiles.set(profile.id, profile)
    }
  }

  /** Each command's on what those before it left. @throws RecordsRefused where any cannot be. */
  async plan(all: readonly DecidedCommand[], now: number): Promise<void> {
    const faults = new Map<Command, Fault>()
    for (const { command, decided } of all) {
      const own = command.records ?? []
      const writes = [...own, ...decided.records]
      if (writes.length === 0) continue
      const subject = decided.subject?.id ?? null
      try {
        const context = { now, subject, lastId: this.#lastId }
        const { records, lastId } = await this.#planOne(writes, context)
        this.#lastId = lastId
        settleRecords(decided, records)
        if (command.records) this.results.set(command, records.slice(0, own.length))
        this.subscriptions.push(...subscriptionChanges(writes, records))
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        faults.set(command, error)
      }
    }
    if (faults.size > 0) throw new RecordsRefused(faults)
  }

  write(): void {
    const { byId, dirty } = this.#known
    if (dirty.size === 0) return
    const workspaceId = this.#workspaceId
    const records = [...dirty].flatMap((id) => byId.get(id) ?? [])
    this.#transaction.send(sql.deleteRecords, [workspaceId, [...dirty]])
    if (records.length > 0) {
      const values = columns(records.map(recordValues))
      this.#transaction.send(sql.putRecords, [workspaceId, ...values])
    }
    if (this.#lastId > this.#firstId) {
      this.#transaction.send(sql.keepLastRecord, [workspaceId, this.#lastId])
    }
  }

  async #planOne(
    records: readonly RecordWrite[],
    context: Parameters<typeof planRecords>[2],
  ): Promise<RecordPlan> {
    for (;;) {
      try {
        return planRecords(this.#known, records, context)
      } catch (error) {
        if (!(error instanceof NeedRecords)) throw error
        await this.#load(error.need)
      }
    }
  }

  async #load(need: RecordNeed): Promise<void> {
    const known = this.#known
    if ('op' in need) {
      const ids = (await this.#some(need)).map(({ id }) => id as RecordId)
      known.cleared.set(clearKey(need), ids)
    } else if ('subject' in need) {
      known.subjects.set(need.subject, await this.#lives(need.subject))
    } else if ('id' in need) {
      const [row] = await this.#ask(sql.selectRecord, [need.id])
      known.byId.set(need.id, row ? recordFromRow(row) : null)
    } else {
      const { kind, parent, name } = need
      const [row] = await this.#ask(sql.selectRecordByName, [kind, parent ?? '', name])
      const id = row ? (row.id as RecordId) : null
      known.byName.set(nameKey(kind, parent, name), id)
      if (row && id !== null && !known.byId.has(id)) known.byId.set(id, recordFromRow(row))
    }
  }

  #some({ kind, of }: Extract<RecordNeed, { op: 'clear' }>): Promise<Row[]> {
    const most = limits.recordsPerCommandMax
    return 'subject' in of
      ? this.#ask(sql.selectSomeOfSubject, [of.subject, kind, most])
      : this.#ask(sql.selectSomeOfParent, [kind, of.parent ?? '', most])
  }

  async #lives(id: ProfileId): Promise<boolean> {
    const known = this.#profiles.get(id)
    if (known) return known.removedAt === null
    if (!Number.isSafeInteger(id)) return false
    const [row] = await this.#ask(selectProfile, [id])
    return row?.removed_at === null
  }

  async #ask(statement: typeof selectProfile, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.#transaction.query<Row>(statement, [this.#workspaceId, ...values])
    return rows
  }
}

function columns(rows: readonly (string | number | null)[][]): unknown[][] {
  return (rows[0] ?? []).map((_, index) => rows.map((row) => row[index]))
}
