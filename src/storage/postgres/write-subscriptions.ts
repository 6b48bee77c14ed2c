import type { WorkspaceId } from '../../core/profile.ts'
import type { RuleDefinition } from '../../core/rule.ts'
import {
  type SubscriptionChange,
  subscriptionDestination,
  subscriptionRuleNames,
  subscriptionRules,
} from '../../core/subscription.ts'
import { unsigned } from '../delivery-rows.ts'
import type { Row } from '../rows.ts'
import { versionAfter } from '../rule-version.ts'
import { lockAll, putOne, remove, writeState } from './destinations.ts'
import { insertRule, newestVersions, placeRule, subscriptionPosition } from './put-rules.ts'
import type { Transaction } from './transaction.ts'

/**
 * Writes the destinations and rules of subscriptions in the transaction of their records, with the
 * counters locked. It takes destinations after lanes, as nobody else does: one that meets a worker
 * in a circle is undone by the database, and run again.
 */
export async function writeSubscriptions(
  transaction: Transaction,
  id: WorkspaceId,
  changes: readonly SubscriptionChange[],
  now: number,
): Promise<void> {
  if (changes.length === 0) return
  const { query } = transaction
  const there = await lockAll(transaction, id)
  const { rows } = await query<Row>(newestVersions, [id])
  const newest = new Map(rows.map((row) => [row.name as string, row]))
  for (const { name, subscription } of changes) {
    await query(unplace, [id, subscriptionRuleNames(name)])
    await query(forgetNotices, [id, name])
    if (!subscription) {
      // What was owed to it is ended by whoever claims next, as of any place that is gone.
      await remove(transaction, id, [name])
      continue
    }
    for (const rule of subscriptionRules(name, subscription)) {
      await putRule(transaction, id, rule, newest.get(rule.name), now)
    }
    const definition = subscriptionDestination(name, subscription)
    await putOne(transaction, id, there, { definition, secrets: unsigned }, now)
    const { isActive } = subscription
    if (isActive === undefined) continue
    await writeState(transaction, id, name, isActive ? 'active' : 'paused', now)
  }
  await query('UPDATE counters SET config_version = config_version + 1 WHERE workspace_id = $1', [
    id,
  ])
}

/** Unchanged, it keeps its version, as with rules of a file. */
async function putRule(
  { query }: Transaction,
  id: WorkspaceId,
  rule: RuleDefinition,
  row: Row | undefined,
  now: number,
): Promise<void> {
  const { version, isKept } = versionAfter(row, rule)
  if (isKept) {
    await query(placeRule, [id, rule.name, version, subscriptionPosition])
    return
  }
  const text = JSON.stringify(rule)
  await query(insertRule, [id, rule.name, version, subscriptionPosition, text, now, false])
}

const unplace = `
  UPDATE rules SET position = NULL
  WHERE workspace_id = $1 AND name = ANY ($2::text[]) AND position IS NOT NULL`

const forgetNotices = 'DELETE FROM destination_notices WHERE workspace_id = $1 AND destination = $2'
