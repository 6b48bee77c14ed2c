import { readSecret } from '../config/read-secret.ts'
import {
  type DestinationDefinition,
  type DestinationEntry,
  readDestination,
} from '../core/destination.ts'
import { SealError, type Sealer } from '../lib/seal.ts'
import { rotationMs } from '../operate/rotate-secret.ts'
import { openSecrets, rotateSigning, sealSecret } from '../outbound/destination-secrets.ts'
import { makeSigningSecret, parseSigningSecret } from '../outbound/sign-webhook.ts'
import type { Destination, NewDestination, SealedSecrets } from '../storage/delivery-store.ts'
import { CliError } from './command.ts'

export interface SealedDestinations {
  destinations: NewDestination[]
  /** Signing secrets that were made, to be shown this once. */
  made: { destination: string; secret: string }[]
  /** Names of those whose secrets are not what they were. */
  renewed: string[]
}

interface Tools {
  sealer: Sealer
  workspace: number
  now: number
  /** Secrets that cannot be opened are replaced instead of refused. */
  replace: boolean
}

/**
 * Reads the secrets that entries of a rules file name and seals them. One that is left out is made,
 * once; a signing secret that is replaced goes on counting for a day.
 *
 * @throws CliError `refused` for a secret that is not there or cannot be used.
 */
export function sealDestinations(
  entries: readonly DestinationEntry[],
  existing: readonly Destination[],
  tools: Tools,
): SealedDestinations {
  const sealed: SealedDestinations = { destinations: [], made: [], renewed: [] }
  for (const entry of entries) {
    const definition = readDestination(entry)
    const was = existing.find(({ name }) => name === entry.name) ?? null
    const signing = sealSigning(definition, was, tools, sealed)
    const auth = sealAuth(definition, was, tools, sealed)
    sealed.destinations.push({ definition, secrets: { ...signing, auth } })
  }
  return sealed
}

function sealSigning(
  { name, secret }: DestinationDefinition,
  was: Destination | null,
  tools: Tools,
  { made, renewed }: SealedDestinations,
): Pick<SealedSecrets, 'signing' | 'previous'> {
  const { sealer, workspace, now } = tools
  const current = was && openSigning(was, tools)
  const wanted = secret === null ? null : readSigning(name, secret)
  // One that was made before stays; one that came from outside is not kept without its source.
  const stays = wanted === null ? was?.secret === null : wanted === current
  if (was && current !== null && stays) {
    const { signing, previous } = was.secrets
    return { signing, previous }
  }
  const fresh = wanted ?? makeSigningSecret()
  if (wanted === null) made.push({ destination: name, secret: fresh })
  if (was) renewed.push(name)
  if (was && current !== null) {
    return rotateSigning(sealer, workspace, was, fresh, now + rotationMs)
  }
  return { signing: sealSecret(sealer, workspace, name, 'signing', fresh), previous: null }
}

function readSigning(name: string, source: { env: string } | { file: string }): string {
  const text = read(name, 'secret', source)
  if (parseSigningSecret(text)) return text
  const how = 'leave "secret" out, and Roster makes one and shows it'
  throw refuse(name, 'secret', `a signing secret is whsec_ and 24 to 64 bytes in base64; ${how}.`)
}

function sealAuth(
  { name, auth }: DestinationDefinition,
  was: Destination | null,
  tools: Tools,
  { renewed }: SealedDestinations,
): string | null {
  if (!auth?.secret) return null
  const text = read(name, 'auth', auth.secret)
  if (!/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text) || text.length < 8) {
    throw refuse(name, 'auth', 'the value of a header is 8 or more visible characters of ASCII.')
  }
  const sealed = was?.secrets.auth ?? null
  if (was && sealed !== null && open(was, tools)?.auth === text) return sealed
  if (was && !renewed.includes(name)) renewed.push(name)
  return sealSecret(tools.sealer, tools.workspace, name, 'auth', text)
}

function read(name: string, key: string, source: { env: string } | { file: string }): string {
  try {
    return readSecret(source)
  } catch (error) {
    throw refuse(name, key, (error as Error).message)
  }
}

function refuse(name: string, key: string, message: string): CliError {
  return new CliError('refused', `"${key}" of the destination ${name}: ${message}`)
}

function openSigning(was: Destination, tools: Tools): string | null {
  return open(was, tools)?.signing[0] ?? null
}

function open(was: Destination, { sealer, workspace, now, replace }: Tools) {
  try {
    return openSecrets(sealer, workspace, was, now)
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    if (replace) return null
    throw new CliError(
      'refused',
      `The secrets of the destination ${was.name} cannot be opened. ${error.message} Set ` +
        'ROSTER_SECRET_KEY as the server has it, or replace the secrets: --replace-secrets.',
      error,
    )
  }
}
