import type { Identifier, ProfileId, WorkspaceId } from './profile.ts'

/** How much was wiped of a person, and of those merged into them. */
export interface ErasedTraces {
  profiles: number
  events: number
  identifiers: number
  runs: number
  deliveries: number
  attempts: number
  idempotency: number
}

/** What a receipt of an erasure says; nothing in it is about the person. */
export interface ErasureFacts {
  workspace: WorkspaceId
  profile: ProfileId
  /** Milliseconds UTC. */
  at: number
  traces: ErasedTraces
  /**
   * A keyed hash of each identifier the person had. Without the secret key they say nothing; with
   * it, and with an identifier, they say that somebody who had it was erased.
   */
  fingerprints: string[]
}

/** A signature that whoever has the public key can check. */
export interface Signature {
  /** Ed25519, the raw 32 bytes in base64url. */
  publicKey: string
  value: string
}

/** Hashes and signs with keys that hang on the secret key. */
export interface Witness {
  /** The hash of a text by the key at hand, and after it those by former keys. */
  hashes(text: string): readonly [string, ...string[]]
  sign(text: string): Signature
  /** `unknown_key` is a good signature by a key that is not at hand. */
  check(text: string, signature: Signature): 'good' | 'wrong' | 'unknown_key'
}

/** The text that is hashed for an identifier: the same in no other workspace. */
export function fingerprintText(workspace: WorkspaceId, { kind, value }: Identifier): string {
  return JSON.stringify(['erased', workspace, kind, value])
}

/** The text that a receipt's signature is of. */
export function receiptText({
  workspace,
  profile,
  at,
  traces,
  fingerprints,
}: ErasureFacts): string {
  const { profiles, events, identifiers, runs, deliveries, attempts, idempotency } = traces
  const counts = [profiles, events, identifiers, runs, deliveries, attempts, idempotency]
  return JSON.stringify(['roster-erasure-1', workspace, profile, at, counts, fingerprints])
}

/** Every hash that an erasure may have taken down of these; none without a witness. */
export function hashesOf(
  witness: (() => Witness) | undefined,
  workspace: WorkspaceId,
  identifiers: readonly Identifier[],
): string[] {
  if (!witness) return []
  const { hashes } = witness()
  return identifiers.flatMap((each) => hashes(fingerprintText(workspace, each)))
}
