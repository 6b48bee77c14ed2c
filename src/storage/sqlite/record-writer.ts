import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Command } from '../../core/command.ts'
import type { Decided } from '../../core/decision.ts'
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
import type { WorkspaceId } from '../../core/profile.ts'
import type { RecordId } from '../../core/record.ts'
import { type SubscriptionChange, subscriptionChanges } from '../../core/subscription.ts'
import { recordFromRow, recordValues } from '../rows.ts'
import * as sql from './record-statements.ts'
import { selectProfile } from './statements.ts'
import type { SubscriptionWriter } from './subscription-writer.ts'

export interface Planned {
  plan: RecordPlan
  known: KnownRecords
  subscriptions: SubscriptionChange[]
  now: number
}

/** Plans and writes the records of commands, inside the transaction of their group. */
export class RecordWriter {
  readonly #subscriptions: SubscriptionWriter
  readonly #byId: StatementSync
  readonly #byName: StatementSync
  readonly #ofParent: StatementSync
  readonly #ofSubject: StatementSync
  readonly #profile: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync, subscriptions: SubscriptionWriter) {
    this.#subscriptions = subscriptions
    this.#byId = db.prepare(sql.selectRecord)
    this.#byName = db.prepare(sql.selectRecordByName)
    this.#ofParent = db.prepare(sql.selectSomeOfParent)
    this.#ofSubject = db.prepare(sql.selectSomeOfSubject)
    this.#profile = db.prepare(selectProfile)
    this.#put = db.prepare(sql.putRecord)
    this.#delete = db.prepare(sql.deleteRecord)
  }

  /** Null for a command without any. Writes nothing; see `planRecords` for what it throws. */
  plan(
    workspaceId: WorkspaceId,
    { records: own = [] }: Command,
    decided: Decided,
    { now, last }: { now: number; last: number },
  ): Planned | null {
    const writes = [...own, ...decided.records]
    if (writes.length === 0) return null
    const known = emptyRecords()
    // Nobody is stored yet whom the command itself made.
    for (const { profile } of decided.profiles) {
      known.subjects.set(profile.id, profile.removedAt === null)
    }
    const context = { now, subject: decided.subject?.id ?? null, lastId: last }
    for (;;) {
      try {
        const plan = planRecords(known, writes, context)
        return { plan, known, subscriptions: subscriptionChanges(writes, plan.records), now }
      } catch (error) {
        if (!(error instanceof NeedRecords)) throw error
        this.#load(known, workspaceId, error.need)
      }
    }
  }

  /** Answers the last id given out. */
  write(workspaceId: WorkspaceId, { plan, known, subscriptions, now }: Planned): number {
    // What goes first makes room for names that others are given.
    for (const id of known.dirty) {
      this.#delete.run(workspaceId, id)
    }
    for (const id of known.dirty) {
      const record = known.byId.get(id)
      if (record) this.#put.run(workspaceId, ...recordValues(record))
    }
    this.#subscriptions.write(workspaceId, subscriptions, now)
    return plan.lastId
  }

  #load(known: KnownRecords, workspaceId: WorkspaceId, need: RecordNeed): void {
    if ('op' in need) {
      const { kind, of } = need
      const rows =
        'subject' in of
          ? this.#ofSubject.all(workspaceId, of.subject, kind)
          : this.#ofParent.all(workspaceId, kind, of.parent ?? '')
      known.cleared.set(
        clearKey(need),
        rows.map((row) => row.id as RecordId),
      )
    } else if ('subject' in need) {
      const row = this.#profile.get(workspaceId, need.subject)
      known.subjects.set(need.subject, row?.removed_at === null)
    } else if ('id' in need) {
      const row = Number.isSafeInteger(need.id) ? this.#byId.get(workspaceId, need.id) : undefined
      known.byId.set(need.id, row ? recordFromRow(row) : null)
    } else {
      const { kind, parent, name } = need
      const row = this.#byName.get(workspaceId, kind, parent ?? '', name)
      known.byName.set(nameKey(kind, parent, name), row ? (row.id as RecordId) : null)
    }
  }
}
