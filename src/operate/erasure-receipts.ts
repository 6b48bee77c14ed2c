import type { ErasedTraces, ErasureFacts, Signature } from '../core/erasure.ts'
import type { JsonObject } from '../core/json.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import type { Erasure, Store } from '../storage/store.ts'

/** The receipt that an entry of the audit trail is; null where it is something else. */
export async function findReceipt(
  store: Pick<Store, 'listAudit'>,
  workspace: WorkspaceId,
  receipt: number,
): Promise<Erasure | null> {
  const [entry] = await store.listAudit(workspace, { before: receipt + 1, limit: 1 })
  if (entry?.id !== receipt || entry.action !== 'profile.erased') return null
  const { fingerprints, signature, ...traces } = entry.details
  return {
    ...{ receipt, workspace, profile: Number(entry.target) as ProfileId, at: entry.at },
    traces: traces as unknown as ErasedTraces,
    fingerprints: (fingerprints ?? []) as string[],
    signature: (signature ?? null) as unknown as Signature | null,
  }
}

/** A receipt as the native API and the command line show it, and as it is checked again. */
export function shownReceipt({ receipt, ...facts }: Erasure): JsonObject {
  const { workspace, profile, at, traces, fingerprints, signature } = facts
  return {
    ...{ receipt_id: receipt, workspace_id: workspace, profile_id: profile },
    ...{ erased_at: new Date(at).toISOString(), erased: { ...traces }, fingerprints },
    signature: signature && { public_key: signature.publicKey, value: signature.value },
  }
}

/** Reads what `shownReceipt` made, from wherever it was kept; null where it is none. */
export function readReceipt(
  shown: JsonObject,
): { facts: ErasureFacts; signature: Signature } | null {
  const { workspace_id, profile_id, erased_at, erased, fingerprints, signature } = shown
  const { public_key, value } = (signature ?? {}) as JsonObject
  const at = Date.parse(String(erased_at))
  const isWhole = Array.isArray(fingerprints) && erased !== null && typeof erased === 'object'
  if (!isWhole || Number.isNaN(at) || typeof public_key !== 'string') return null
  return {
    facts: {
      workspace: workspace_id as WorkspaceId,
      profile: profile_id as ProfileId,
      at,
      traces: erased as unknown as ErasedTraces,
      fingerprints: fingerprints as string[],
    },
    signature: { publicKey: public_key, value: String(value) },
  }
}
