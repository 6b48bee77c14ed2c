import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  identifierKey,
  type Known,
  type KnownRun,
  type Need,
  type RecordAsk,
  recordAskKey,
} from '../../core/known.ts'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import { type RunKey, runId } from '../../core/run.ts'
import { eventFromRow, ruleCountFromRow, ruleFromRow, runFromRow } from '../rows.ts'
import { recordPage } from '../search/list-records.ts'
import { selectEvent } from './event-statements.ts'
import { type ProfileRow, prepareRows, profileOfRow } from './profile-row.ts'
import { listRecords, RecordReader } from './record-reader.ts'
import type { RowSizes } from './row-size.ts'
import * as sql from './statements.ts'

/** Loads what a decision asks for, on the connection that writes, inside its transaction. */
export class KnownLoader {
  readonly #owner: StatementSync
  readonly #ownerInFull: StatementSync
  readonly #holders: StatementSync
  readonly #removedAt: StatementSync
  readonly #profile: StatementSync
  readonly #name: StatementSync
  readonly #run: StatementSync
  readonly #ruleVersion: StatementSync
  readonly #event: StatementSync
  readonly #ruleCounts: StatementSync
  readonly #records: RecordReader
  readonly #db: DatabaseSync
  readonly #sizes: RowSizes

  constructor(db: DatabaseSync, sizes: RowSizes) {
    this.#db = db
    this.#sizes = sizes
    this.#records = new RecordReader(db)
    this.#owner = prepareRows(db, sql.selectOwner)
    this.#ownerInFull = prepareRows(db, sql.selectOwnerInFull)
    this.#holders = db.prepare(sql.selectHolders)
    this.#removedAt = db.prepare(sql.selectRemovedAt)
    this.#profile = prepareRows(db, sql.selectProfile)
    this.#name = db.prepare(sql.selectName)
    this.#run = db.prepare(sql.selectRun)
    this.#ruleVersion = db.prepare(sql.selectRuleVersion)
    this.#event = db.prepare(selectEvent)
    this.#ruleCounts = db.prepare(sql.selectRuleCounts)
  }

  /** With `removals`, also when identifiers were last given up: only dated commands ask. */
  load(known: Known, needs: readonly Need[], workspaceId: WorkspaceId, removals: boolean): void {
    for (const need of needs) {
      if ('identifier' in need) {
        const { kind, value } = need.identifier
        const complete = need.holders === 'all'
        const holders = complete
          ? this.#holdersOf(workspaceId, kind, value)
          : this.#ownerOf(known, workspaceId, kind, value)
        const removedAt = removals
          ? this.#removedAt.get(workspaceId, kind, value)?.removed_at
          : null
        known.identifiers.set(identifierKey(need.identifier), {
          holders,
          complete: complete || holders.length === 0,
          removedAt: (removedAt as number | undefined) ?? null,
        })
        // Whoever asks for the owner looks at it next.
        if (holders[0] !== undefined) this.#loadProfile(known, holders[0], workspaceId)
      } else if ('profile' in need) {
        this.#loadProfile(known, need.profile, workspaceId)
      } else if ('run' in need) {
        known.runs.set(runId(need.run), this.#loadRun(need.run, workspaceId))
      } else if ('event' in need) {
        const row = this.#event.get(workspaceId, need.event)
        known.events.set(need.event, row ? eventFromRow(row) : null)
      } else if ('ruleCounts' in need) {
        const counts = this.#ruleCounts.all(workspaceId, need.ruleCounts).map(ruleCountFromRow)
        const byRule = new Map(counts.map((count) => [count.rule, count]))
        known.ruleCounts.set(need.ruleCounts, byRule)
      } else if ('records' in need) {
        const answer = this.#answer(workspaceId, need.records)
        known.records.set(recordAskKey(need.records), answer)
      } else {
        const row = this.#name.get(workspaceId, 'attribute', need.attributeName)
        known.attributeNames.set(need.attributeName, row !== undefined)
      }
    }
  }

  #holdersOf(workspaceId: WorkspaceId, kind: string, value: string): ProfileId[] {
    const rows = this.#holders.all(workspaceId, kind, value)
    return rows.map((row) => row.profile_id as ProfileId)
  }

  /** Nobody or one. The first comes with its profile; the next is most likely the same person. */
  #ownerOf(known: Known, workspaceId: WorkspaceId, kind: string, value: string): ProfileId[] {
    if (known.profiles.size > 0) {
      const owner = this.#owner.get(workspaceId, kind, value) as [ProfileId] | undefined
      return owner ? [owner[0]] : []
    }
    const row = this.#ownerInFull.get(workspaceId, kind, value) as ProfileRow | undefined
    return row ? [this.#keepProfile(known, row).id] : []
  }

  #answer(workspaceId: WorkspaceId, ask: RecordAsk): unknown {
    if ('record' in ask) return this.#records.find(workspaceId, ask.record.kind, ask.record.key)
    if ('records' in ask) return this.#records.findSome(workspaceId, ask.records)
    const { rows, total } = listRecords(this.#db, workspaceId, ask.recordPage)
    return recordPage(ask.recordPage, rows, total)
  }

  #loadRun(key: RunKey, workspaceId: WorkspaceId): KnownRun | null {
    const row = this.#run.get(workspaceId, key.event, key.rule)
    if (!row) return null
    const run = runFromRow(row)
    const rule = this.#ruleVersion.get(workspaceId, run.rule, run.version)
    if (!rule) throw new Error(`Version ${run.version} of the rule ${run.rule} is gone.`)
    return { run, rule: ruleFromRow(rule) }
  }

  #loadProfile(known: Known, id: ProfileId, workspaceId: WorkspaceId): void {
    if (known.profiles.has(id)) return
    const row = this.#profile.get(workspaceId, id) as ProfileRow | undefined
    if (row) this.#keepProfile(known, row)
    else known.profiles.set(id, null)
  }

  #keepProfile(known: Known, row: ProfileRow): Profile {
    const profile = profileOfRow(row)
    this.#sizes.remember(profile, row)
    known.profiles.set(profile.id, profile)
    return profile
  }
}
