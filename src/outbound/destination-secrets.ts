import type { Sealer, SealPlace } from '../lib/seal.ts'

/** A destination's secrets as they stand in the store, and where. */
export interface SecretsAtRest {
  signing: string | null
  previous: { sealed: string; until: number } | null
  auth: string | null
}

/** What calls are signed and proven with. */
export interface OpenSecrets {
  /** The newest first; two while a former one still counts. */
  signing: string[]
  auth: string | null
}

type Kind = keyof SecretsAtRest

/** Seals one secret for its destination alone. */
export function sealSecret(
  sealer: Sealer,
  workspace: number,
  destination: string,
  kind: Kind,
  text: string,
): string {
  return sealer.seal(text, placeOf(workspace, destination, kind))
}

/**
 * What counts at a time.
 *
 * @throws SealError when a secret was sealed with another secret key, or for another place.
 */
export function openSecrets(
  sealer: Sealer,
  workspace: number,
  destination: { name: string; secrets: SecretsAtRest },
  now: number,
): OpenSecrets {
  const { name, secrets } = destination
  const open = (kind: Kind, sealed: string) => sealer.open(sealed, placeOf(workspace, name, kind))
  const { previous } = secrets
  const signing = secrets.signing === null ? [] : [open('signing', secrets.signing)]
  if (previous && previous.until > now) signing.push(open('previous', previous.sealed))
  return { signing, auth: secrets.auth === null ? null : open('auth', secrets.auth) }
}

/**
 * A new signing secret in the place of the one that signs, which goes on counting until then: for
 * as long, both sign.
 */
export function rotateSigning(
  sealer: Sealer,
  workspace: number,
  destination: { name: string; secrets: SecretsAtRest },
  fresh: string,
  until: number,
): Pick<SecretsAtRest, 'signing' | 'previous'> {
  const { name, secrets } = destination
  const signing = sealSecret(sealer, workspace, name, 'signing', fresh)
  if (secrets.signing === null) return { signing, previous: null }
  const former = sealer.open(secrets.signing, placeOf(workspace, name, 'signing'))
  const sealed = sealSecret(sealer, workspace, name, 'previous', former)
  return { signing, previous: { sealed, until } }
}

/** Secrets that an older key sealed, sealed anew; null where there is none of them. */
export function resealSecrets(
  sealer: Sealer,
  workspace: number,
  destination: { name: string; secrets: SecretsAtRest },
): Partial<SecretsAtRest> | null {
  const { name, secrets } = destination
  const again = (kind: Kind, sealed: string) => {
    const text = sealer.open(sealed, placeOf(workspace, name, kind))
    return sealSecret(sealer, workspace, name, kind, text)
  }
  const { signing, previous, auth } = secrets
  const fresh: Partial<SecretsAtRest> = {}
  if (signing !== null && sealer.isOutdated(signing)) fresh.signing = again('signing', signing)
  if (previous !== null && sealer.isOutdated(previous.sealed)) {
    fresh.previous = { sealed: again('previous', previous.sealed), until: previous.until }
  }
  if (auth !== null && sealer.isOutdated(auth)) fresh.auth = again('auth', auth)
  return Object.keys(fresh).length === 0 ? null : fresh
}

function placeOf(workspace: number, destination: string, kind: Kind): SealPlace {
  return { workspace, row: `destination:${destination}:${kind}` }
}
