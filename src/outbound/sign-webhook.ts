import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What is signed: the bytes as they are sent, and the headers that name them. */
export interface WebhookMessage {
  /** Stays the same on every try, so that a receiver can drop what it has seen. */
  id: string
  /** Seconds UTC of this very try: a receiver refuses what is old. */
  timestamp: number
  body: Uint8Array
}

export type WebhookHeaders = {
  'webhook-id': string
  'webhook-timestamp': string
  'webhook-signature': string
}

export type WebhookVerdict =
  | 'valid'
  | 'missing_header'
  | 'bad_timestamp'
  | 'too_old'
  | 'too_new'
  | 'no_match'

const prefix = 'whsec_'
const secretBytes = 32
/** How far a receiver's clock may be off, in seconds; the specification's own advice. */
const toleranceSeconds = 300

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function makeSigningSecret(): string {
  return prefix + randomBytes(secretBytes).toString('base64')
}

/**
 * The bytes of a signing secret, or null when the text is none. The specification asks for 24 to 64
 * bytes.
 *
 * Source: Standard Webhooks, "Signature scheme", symmetric.
 */
export function parseSigningSecret(secret: string): Uint8Array | null {
  if (!secret.startsWith(prefix)) return null
  const text = secret.slice(prefix.length)
  const bytes = Buffer.from(text, 'base64')
  const canonical = bytes.toString('base64')
  if (canonical !== text && canonical.replace(/=+$/, '') !== text) return null
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : null
}

/**
 * The three headers of Standard Webhooks, version `v1`: HMAC-SHA256 over `id.timestamp.body`. With
 * two secrets, as while one is being replaced, there are two signatures with a space between, and
 * a receiver that knows either is content.
 *
 * @throws Error for an id that is empty or has a dot in it, a timestamp that is not whole seconds,
 *   no secret, or one that is malformed; all of them are faults of the caller.
 */
export function signWebhook(message: WebhookMessage, secrets: readonly string[]): WebhookHeaders {
  const { id, timestamp, body } = message
  if (!/^[\x21-\x2d\x2f-\x7e]+$/.test(id)) {
    throw new Error('A webhook id is visible ASCII without a dot.')
  }
  if (!Number.isSafeInteger(timestamp)) throw new Error('A webhook timestamp is whole seconds.')
  if (secrets.length === 0) throw new Error('A webhook is signed with at least one secret.')
  const signatures = secrets.map((secret) => {
    const key = parseSigningSecret(secret)
    if (!key) throw new Error('A signing secret is whsec_ and 24 to 64 bytes in base64.')
    return `v1,${signature(key, id, String(timestamp), body).toString('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}

/**
 * Whether a received webhook was signed with one of the secrets, less than five minutes ago. Names
 * of headers are lower case. Signatures of other versions than `v1` are passed over.
 */
export function verifyWebhook(
  headers: { readonly [name: string]: string | undefined },
  body: Uint8Array,
  secrets: readonly string[],
  nowSeconds: number,
): WebhookVerdict {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const given = headers['webhook-signature']
  if (!id || !timestamp || !given) return 'missing_header'
  if (!/^\d{1,15}$/.test(timestamp)) return 'bad_timestamp'
  if (Number(timestamp) < nowSeconds - toleranceSeconds) return 'too_old'
  if (Number(timestamp) > nowSeconds + toleranceSeconds) return 'too_new'
  const claimed = given
    .split(' ')
    .filter((text) => text.startsWith('v1,'))
    .map((text) => text.slice('v1,'.length))
  for (const secret of secrets) {
    const key = parseSigningSecret(secret)
    if (!key) continue
    const wanted = Buffer.from(signature(key, id, timestamp, body).toString('base64'))
    if (claimed.some((text) => sameBytes(Buffer.from(text), wanted))) return 'valid'
  }
  return 'no_match'
}

function signature(key: Uint8Array, id: string, timestamp: string, body: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
