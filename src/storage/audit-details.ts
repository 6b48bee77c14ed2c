import type { Actor, AuditAction, AuditEntry } from '../core/audit.ts'
import type { DestinationDefinition } from '../core/destination.ts'
import { diffDestinations } from '../core/diff-destinations.ts'
import { diffRules } from '../core/diff-rules.ts'
import type { ErasureFacts, Signature } from '../core/erasure.ts'
import { type JsonObject, own, sameJson } from '../core/json.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Rule, RuleDefinition } from '../core/rule.ts'
import type { WorkspaceSettings } from '../core/workspace.ts'
import type {
  DeliverySelection,
  Destination,
  NewDestination,
  SealedSecrets,
} from './delivery-store.ts'
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

export function changedDestinations(
  before: readonly DestinationDefinition[],
  after: readonly DestinationDefinition[],
): JsonObject {
  return { changes: diffDestinations(before, after).map((change) => ({ ...change })) }
}

/** What a destination that was put says otherwise than before. */
export function putDetails(
  before: Destination | null,
  { definition, secrets }: NewDestination,
): JsonObject {
  if (!before) return {}
  const keys = diffDestinations([before], [definition])[0]?.keys ?? []
  return { keys, secrets: replacedSecrets(before.secrets, secrets) }
}

/** Which kinds of secret are others now; never what they are. */
export function replacedSecrets(
  before: SealedSecrets,
  after: Partial<SealedSecrets>,
): (keyof SealedSecrets)[] {
  const kinds = ['signing', 'previous', 'auth'] as const
  return kinds.filter((kind) => {
    const [was, is] = [before[kind], after[kind]]
    return is !== undefined && JSON.stringify(was) !== JSON.stringify(is)
  })
}

/** The receipt of an erasure. */
export function erasedEntry(
  { workspace, profile, at, traces, fingerprints }: ErasureFacts,
  by: Actor,
  signature: Signature | null,
): Omit<AuditEntry, 'id'> {
  const details = { ...traces, fingerprints, signature: signature && { ...signature } }
  return { at, workspace, by, action: 'profile.erased', target: String(profile), details }
}

/** By what deliveries were chosen, and how many there were. */
export function movedDeliveries(selection: DeliverySelection, count: number): JsonObject {
  return { selection: JSON.parse(JSON.stringify(selection)) as JsonObject, count }
}
