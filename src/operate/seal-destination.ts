import {
  type DestinationDefinition,
  type DestinationEntry,
  readDestination,
} from '../core/destination.ts'
import { invalidField } from '../core/errors.ts'
import type { Sealer } from '../lib/seal.ts'
import { openSecrets, rotateSigning, sealSecret } from '../outbound/destination-secrets.ts'
import { makeSigningSecret, parseSigningSecret } from '../outbound/sign-webhook.ts'
import type { Destination, NewDestination, SealedSecrets } from '../storage/delivery-store.ts'
import { rotationMs } from './rotate-secret.ts'

/** A destination with the secrets themselves instead of where they are read. */
export type GivenDestination = Omit<DestinationEntry, 'secret' | 'auth'> & {
  secret?: string
  auth?: { header: string; value?: string }
}

export interface SealedDestination extends NewDestination {
  /** A signing secret that was made, to be shown this once. */
  made: string | null
}

interface Tools {
  sealer: Sealer
  workspace: number
  now: number
}

/**
 * Seals what was given. A signing secret that is left out stays as it was, or is made; one that is
 * replaced goes on counting for a day. The value of the header stays where only that is left out
 * and the destination stays on the same server: another one must not get it unasked.
 *
 * @throws Fault `invalid_field` for a secret that cannot be used, or is missing.
 */
export function sealDestination(
  given: GivenDestination,
  was: Destination | null,
  tools: Tools,
): SealedDestination {
  const { secret, auth, ...entry } = given
  const { made, source, sealed } = sealSigning(entry.name, secret, was, tools)
  const kept = sealAuth(given, was, tools)
  const definition: DestinationDefinition = {
    ...readDestination(entry),
    secret: source,
    auth: kept.auth,
  }
  return { definition, secrets: { ...sealed, auth: kept.sealed }, made }
}

function sealSigning(
  name: string,
  wanted: string | undefined,
  was: Destination | null,
  { sealer, workspace, now }: Tools,
): {
  made: string | null
  source: DestinationDefinition['secret']
  sealed: Pick<SealedSecrets, 'signing' | 'previous'>
} {
  const current = was && (openSecrets(sealer, workspace, was, now).signing[0] ?? null)
  if (wanted !== undefined && !parseSigningSecret(wanted)) {
    const how = 'leave it out, and Roster makes one and shows it'
    throw invalidField('secret', `A signing secret is whsec_ and 24 to 64 bytes in base64; ${how}.`)
  }
  if (was && current !== null && (wanted === undefined || wanted === current)) {
    const { signing, previous } = was.secrets
    return { made: null, source: was.secret, sealed: { signing, previous } }
  }
  const fresh = wanted ?? makeSigningSecret()
  const made = wanted === undefined ? fresh : null
  if (was && current !== null) {
    const sealed = rotateSigning(sealer, workspace, was, fresh, now + rotationMs)
    return { made, source: null, sealed }
  }
  const signing = sealSecret(sealer, workspace, name, 'signing', fresh)
  return { made, source: null, sealed: { signing, previous: null } }
}

function sealAuth(
  { name, url, auth }: GivenDestination,
  was: Destination | null,
  { sealer, workspace }: Tools,
): { auth: DestinationDefinition['auth']; sealed: string | null } {
  if (!auth) return { auth: null, sealed: null }
  const { header, value } = auth
  if (value === undefined) {
    const sealed = was?.secrets.auth ?? null
    const isSame =
      was?.auth?.header.toLowerCase() === header.toLowerCase() && sameOrigin(was.url, url)
    if (sealed === null || !isSame) {
      throw invalidField('auth.value', 'Must be given: the header or its server is another one.')
    }
    return { auth: was?.auth ?? null, sealed }
  }
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(value) || value.length < 8) {
    throw invalidField('auth.value', 'Must be 8 or more visible characters of ASCII.')
  }
  const sealed = sealSecret(sealer, workspace, name, 'auth', value)
  return { auth: { header, secret: null }, sealed }
}

function sameOrigin(a: string, b: string): boolean {
  return URL.parse(a)?.origin === URL.parse(b)?.origin
}
