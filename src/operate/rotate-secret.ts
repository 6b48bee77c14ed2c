import { Fault } from '../core/errors.ts'
import type { Sealer } from '../lib/seal.ts'
import { rotateSigning } from '../outbound/destination-secrets.ts'
import { makeSigningSecret } from '../outbound/sign-webhook.ts'
import type { Destination, SealedSecrets } from '../storage/delivery-store.ts'

/** How long the secret before goes on signing too, where nobody says. */
export const rotationMs = 24 * 3_600_000

export interface RotatedSecret {
  /** To be shown this once. */
  secret: string
  sealed: Partial<SealedSecrets>
}

/**
 * Makes a new signing secret; the one before signs too until then.
 *
 * @throws Fault `conflict` where the secret comes from elsewhere, which has to change it.
 */
export function rotateSecret(
  sealer: Sealer,
  workspace: number,
  destination: Destination,
  until: number,
): RotatedSecret {
  const { name, secret: source } = destination
  if (source !== null) {
    const [where] = Object.values(source)
    const message =
      `The secret of "${name}" comes from ${where}: change it there and apply the rules file ` +
      'again. The one before then goes on signing for a day.'
    throw new Fault('conflict', { message })
  }
  const secret = makeSigningSecret()
  return { secret, sealed: rotateSigning(sealer, workspace, destination, secret, until) }
}
