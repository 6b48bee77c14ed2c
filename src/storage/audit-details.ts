import type { AuditAction } from '../core/audit.ts'
import { diffRules } from '../core/diff-rules.ts'
import { type JsonObject, own, sameJson } from '../core/json.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Rule, RuleDefinition } from '../core/rule.ts'
import type { WorkspaceSettings } from '../core/workspace.ts'
import type { NewToken } from './store.ts'

/** Enters a change in the audit trail, in the transaction that makes it. */
export type Tell = (
  workspace: WorkspaceId,
  action: AuditAction,
  target: string,
  details: JsonObject,
) => void

/** Which settings are different now, from what and to what. */
export function changedSettings(
  before: WorkspaceSettings,
  changes: Partial<WorkspaceSettings>,
): JsonObject {
  const was = before as unknown as JsonObject
  const changed = Object.entries(changes as JsonObject).filter(
    ([name, to]) => !sameJson(own(was, name), to),
  )
  return Object.fromEntries(
    changed.map(([name, to]) => [name, { from: own(was, name) ?? null, to }]),
  )
}

export function changedRules(
  before: readonly Rule[],
  after: readonly RuleDefinition[],
): JsonObject {
  return { changes: diffRules(before, after).map((change) => ({ ...change })) }
}

export function tokenDetails({ dialect, scopes, label }: NewToken): JsonObject {
  return { dialect, scopes, label }
}
