import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule, RuleDefinition } from '../../core/rule.ts'
import { type Row, ruleFromRow } from '../rows.ts'
import { versionAfter } from '../rule-version.ts'
import { selectFileRules } from './statements.ts'
import type { Transaction } from './transaction.ts'

/**
 * Puts rules in force, in this order. Unchanged definitions keep their version; what is no longer
 * named stays, out of force.
 */
export async function putRules(
  transaction: Pick<Transaction, 'query'>,
  id: WorkspaceId,
  rules: readonly RuleDefinition[],
  now: number,
): Promise<Rule[]> {
  await transaction.query(unplaceFileRules, [id])
  const { rows } = await transaction.query<Row>(newestVersions, [id])
  const newest = new Map(rows.map((row) => [row.name as string, row]))
  for (const [position, rule] of rules.entries()) {
    const row = newest.get(rule.name)
    const { version, isKept } = versionAfter(row, rule)
    if (isKept) await transaction.query(placeRule, [id, rule.name, version, position])
    else {
      // What was switched off stays so, also in its new form.
      const disabled = row?.disabled === true
      const values = [id, rule.name, version, position, JSON.stringify(rule), now, disabled]
      await transaction.query(insertRule, values)
    }
  }
  return (await transaction.query<Row>(selectFileRules, [id])).rows.map(ruleFromRow)
}

/** Rules of subscriptions come behind those of the file. */
export const subscriptionPosition = 1_000_000

const unplaceFileRules = `
  UPDATE rules SET position = NULL
  WHERE workspace_id = $1 AND position < ${subscriptionPosition}`

export const newestVersions = `
  SELECT DISTINCT ON (name) name, version, definition, disabled FROM rules
  WHERE workspace_id = $1 ORDER BY name, version DESC`

export const placeRule = `
  UPDATE rules SET position = $4 WHERE workspace_id = $1 AND name = $2 AND version = $3`

export const insertRule = `
  INSERT INTO rules (workspace_id, name, version, position, definition, applied_at, disabled)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`
