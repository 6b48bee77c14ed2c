import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WorkspaceId } from '../../core/profile.ts'
import type { RuleDefinition } from '../../core/rule.ts'
import {
  type SubscriptionChange,
  subscriptionDestination,
  subscriptionRuleNames,
  subscriptionRules,
} from '../../core/subscription.ts'
import { unsigned } from '../delivery-rows.ts'
import { versionAfter } from '../rule-version.ts'
import { forgetNotices } from './delivery-statements.ts'
import type { DestinationTable } from './destination-table.ts'
import * as sql from './statements.ts'
import type { WorkspaceStates } from './workspace-state.ts'

/** Writes the destinations and rules of subscriptions, inside the transaction of their records. */
export class SubscriptionWriter {
  readonly #destinations: DestinationTable
  readonly #states: WorkspaceStates
  readonly #newest: StatementSync
  readonly #unplace: StatementSync
  readonly #place: StatementSync
  readonly #insert: StatementSync
  readonly #forgetNotices: StatementSync

  constructor(db: DatabaseSync, destinations: DestinationTable, states: WorkspaceStates) {
    this.#destinations = destinations
    this.#states = states
    this.#newest = db.prepare(sql.selectNewestRule)
    this.#unplace = db.prepare(sql.unplaceRule)
    this.#place = db.prepare(sql.placeRule)
    this.#insert = db.prepare(sql.insertRule)
    this.#forgetNotices = db.prepare(forgetNotices)
  }

  write(id: WorkspaceId, changes: readonly SubscriptionChange[], now: number): void {
    for (const { name, subscription } of changes) {
      for (const rule of subscriptionRuleNames(name)) this.#unplace.run(id, rule)
      this.#forgetNotices.run(id, name)
      if (!subscription) {
        this.#destinations.remove(id, name, now)
        continue
      }
      for (const rule of subscriptionRules(name, subscription)) this.#putRule(id, rule, now)
      const definition = subscriptionDestination(name, subscription)
      this.#destinations.put(id, { definition, secrets: unsigned }, now)
      const { isActive } = subscription
      if (isActive === undefined) continue
      this.#destinations.setState(id, name, isActive ? 'active' : 'paused', now)
    }
    if (changes.length > 0) this.#states.readRules(id)
  }

  /** Unchanged, it keeps its version, as with rules of a file. */
  #putRule(id: WorkspaceId, rule: RuleDefinition, now: number): void {
    const row = this.#newest.get(id, rule.name)
    const { version, isKept } = versionAfter(row, rule)
    if (isKept) this.#place.run(sql.subscriptionPosition, id, rule.name, version)
    else {
      const text = JSON.stringify(rule)
      this.#insert.run(id, rule.name, version, sql.subscriptionPosition, text, now, 0)
    }
  }
}
