import { keptOutcome, keptSent } from '../core/attempt-kept.ts'
import type { Attempt, AttemptOutcomeRecord, DeliveryRequest } from '../core/planned-delivery.ts'
import type { OpenSecrets } from '../outbound/destination-secrets.ts'
import type { OutboundAnswer, OutboundFailure, OutboundRequest } from '../outbound/http-client.ts'
import {
  type Mask,
  maskHeaders,
  maskSecrets,
  querySecrets,
  spellingsOf,
} from '../outbound/mask-secrets.ts'
import { signWebhook } from '../outbound/sign-webhook.ts'
import type { Destination } from '../storage/delivery-store.ts'

/** One attempt, ready to be sent, and what is kept of it. */
export interface PreparedCall {
  request: Omit<OutboundRequest, 'signal'>
  sent: Attempt['sent']
  mask: Mask
}

const signature = 'webhook-signature'
const userAgent = 'Roster'

/**
 * The bytes of a delivery with what each attempt adds: the destination's address, the signature of
 * this very moment, and the header that proves who calls. Neither can be put there by a rule. `id`
 * is the one that the receiver sees.
 */
export function prepareCall(
  id: string,
  destination: Destination,
  { method, headers: own, body }: DeliveryRequest,
  secrets: OpenSecrets,
  now: number,
): PreparedCall {
  const bytes = Buffer.from(body ?? '', 'utf8')
  const message = { id, timestamp: Math.floor(now / 1_000), body: bytes }
  const signed =
    secrets.signing.length > 0
      ? signWebhook(message, secrets.signing)
      : { 'webhook-id': message.id, 'webhook-timestamp': String(message.timestamp) }
  const authHeader = destination.auth?.header.toLowerCase()
  const auth = authHeader && secrets.auth !== null ? { [authHeader]: secrets.auth } : {}
  const headers = { 'user-agent': userAgent, ...own, ...auth, ...signed }
  const hidden = new Set([signature, 'signature', ...Object.keys(auth)])
  const { url, timeoutMs, allowPrivate } = destination
  const signatures = (headers as { [name: string]: string })[signature]?.split(' ') ?? []
  const mask = maskSecrets(
    signatures.map((text) => text.slice('v1,'.length)),
    spellingsFor(secrets, url),
  )
  return {
    request: { method, url, headers, body: body === null ? null : bytes, timeoutMs, allowPrivate },
    sent: keptSent({
      url: mask(url),
      method,
      headers: maskHeaders(headers, hidden, mask),
      body: body === null ? null : mask(body),
    }),
    mask,
  }
}

/** Calls to one destination follow each other, and all have the same secrets. */
const spelled = new WeakMap<OpenSecrets, { url: string; spellings: string[] }>()

function spellingsFor(secrets: OpenSecrets, url: string): string[] {
  const found = spelled.get(secrets)
  if (found?.url === url) return found.spellings
  const known = [...secrets.signing, ...querySecrets(url)]
  if (secrets.auth !== null) known.push(secrets.auth)
  const spellings = spellingsOf(known)
  spelled.set(secrets, { url, spellings })
  return spellings
}

/** What came of an attempt, as it is kept: masked, and no longer than it may be. */
export function recordedOutcome(
  result: OutboundAnswer | OutboundFailure,
  mask: Mask,
): AttemptOutcomeRecord {
  const { tookMs, address } = result
  if (result.kind === 'failure') {
    const { kind, code, message } = result
    return keptOutcome({ kind, code, message: mask(message), tookMs, address })
  }
  const { kind, status, isCut } = result
  const headers = maskHeaders(result.headers, secretAnswerHeaders, (text) => storable(mask(text)))
  const body = mask(storable(result.body.toString('utf8')))
  return keptOutcome({ kind, status, headers, body, isCut, tookMs, address })
}

/** A receiver's own secrets are not for our log either. */
const secretAnswerHeaders: ReadonlySet<string> = new Set(['set-cookie'])

/** No engine but one keeps a NUL in text. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed()
}
