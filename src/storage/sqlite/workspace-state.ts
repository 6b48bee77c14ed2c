import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Decided, type LastIds, lastIdsAfter, livingChange } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { type RuleSet, ruleSet } from '../../core/rule-set.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import { namesIn, type UsedName } from '../names-used.ts'
import { ruleFromRow } from '../rows.ts'
import * as sql from './statements.ts'

/** What the writer keeps of a workspace between transactions, as long as nobody else wrote. */
export interface WorkspaceState {
  settings: WorkspaceSettings
  rules: RuleSet
  workspace: { name: string }
  last: LastIds
  lastName: number
  lastRecord: number
  profileCount: number
  /** Names known to be stored, as `attribute\0name` or `tag\0name`. */
  names: Set<string>
}

/** How many names are remembered before the memory is emptied; the table stays complete. */
const namesRememberedMax = 20_000

/**
 * Reads workspaces into memory and writes their counters back with the transaction that used them.
 */
export class WorkspaceStates {
  readonly #states = new Map<WorkspaceId, WorkspaceState>()
  readonly #used = new Set<WorkspaceId>()
  readonly #select: StatementSync
  readonly #selectRules: StatementSync
  readonly #selectReplacedRules: StatementSync
  readonly #update: StatementSync
  readonly #selectName: StatementSync
  readonly #insertName: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(sql.selectWorkspaceState)
    this.#selectRules = db.prepare(sql.selectRules)
    this.#selectReplacedRules = db.prepare(sql.selectReplacedRules)
    this.#update = db.prepare(sql.updateCounters)
    this.#selectName = db.prepare(sql.selectName)
    this.#insertName = db.prepare(sql.insertName)
  }

  get(id: WorkspaceId): WorkspaceState {
    const known = this.#states.get(id)
    if (known) return known
    const row = this.#select.get(id)
    if (!row) throw new Fault('invalid_credentials', { message: 'The workspace does not exist.' })
    const state: WorkspaceState = {
      settings: { ...defaultSettings, ...(JSON.parse(row.settings as string) as object) },
      rules: this.#rulesOf(id),
      workspace: { name: row.name as string },
      last: {
        event: row.last_event_id as number,
        profile: row.last_profile_id as number,
        delivery: row.last_delivery_id as number,
      },
      lastName: row.last_name_id as number,
      lastRecord: row.last_record_id as number,
      profileCount: row.profile_count as number,
      names: new Set(),
    }
    this.#states.set(id, state)
    return state
  }

  /** Moves the counters past what was decided and numbers the names it uses for the first time. */
  advance(id: WorkspaceId, state: WorkspaceState, decided: Decided): void {
    this.#used.add(id)
    state.last = lastIdsAfter(state.last, decided)
    for (const write of decided.profiles) state.profileCount += livingChange(write)
    for (const event of decided.events) {
      for (const used of namesIn(event.changes)) this.#keepName(id, state, used, event.receivedAt)
    }
  }

  /** The same for somebody new, whose only event it was. */
  advanceByNewcomer(
    id: WorkspaceId,
    state: WorkspaceState,
    names: readonly UsedName[],
    at: number,
  ): void {
    this.#used.add(id)
    state.last.event += 1
    state.last.profile += 1
    state.profileCount += 1
    for (const used of names) this.#keepName(id, state, used, at)
  }

  /** To be called when this connection itself changed them. */
  readRules(id: WorkspaceId): void {
    this.get(id).rules = this.#rulesOf(id)
  }

  /** The next number of the deliveries, given out for something else than a new one. */
  takeDeliveryId(id: WorkspaceId): number {
    const state = this.get(id)
    this.#used.add(id)
    state.last.delivery += 1
    return state.last.delivery
  }

  /** Part of the transaction: the counters as they are now. */
  flush(): void {
    for (const id of this.#used) {
      const state = this.get(id)
      const { last, lastName, lastRecord, profileCount } = state
      const { event, profile, delivery } = last
      this.#update.run(event, profile, lastName, delivery, lastRecord, profileCount, id)
    }
    this.#used.clear()
  }

  /** After a rollback, or when another process wrote: nothing remembered is true any more. */
  forget(): void {
    this.#states.clear()
    this.#used.clear()
  }

  #rulesOf(id: WorkspaceId): RuleSet {
    return ruleSet(
      this.#selectRules.all(id).map(ruleFromRow),
      this.#selectReplacedRules.all(id).map(ruleFromRow),
    )
  }

  #keepName(id: WorkspaceId, state: WorkspaceState, { kind, name }: UsedName, at: number): void {
    const key = `${kind}\0${name}`
    if (state.names.has(key)) return
    if (state.names.size >= namesRememberedMax) state.names.clear()
    if (!this.#selectName.get(id, kind, name)) {
      state.lastName += 1
      this.#insertName.run(id, kind, name, state.lastName, at)
    }
    state.names.add(key)
  }
}
