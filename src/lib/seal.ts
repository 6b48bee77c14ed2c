import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** What a sealed text belongs to: it opens nowhere else, so rows cannot be swapped. */
export interface SealPlace {
  workspace: number
  /** The row and column, such as `destination:shop:secret`. */
  row: string
}

export interface Sealer {
  /** The key that seals, told apart from others without giving anything of it away. */
  readonly fingerprint: string
  /** Encrypts a text for one place; the same text gives another record each time. */
  seal(text: string, place: SealPlace): string
  /**
   * @throws SealError `wrong_key` when the record was sealed with a key that is not at hand, and
   *   `damaged` when it was changed or stands in another place than the one it was sealed for.
   */
  open(sealed: string, place: SealPlace): string
  /** True for a record of an older key: open it and seal it anew. */
  isOutdated(sealed: string): boolean
}

export class SealError extends Error {
  readonly code: 'wrong_key' | 'damaged'

  constructor(code: 'wrong_key' | 'damaged', message: string) {
    super(message)
    this.name = 'SealError'
    this.code = code
  }
}

const format = 's1'
const keyBytesMin = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * Secrets at rest: AES-256-GCM with a key derived by HKDF (RFC 5869) from the secret key. A record
 * is `s1.FINGERPRINT.NONCE.TEXT` in base64url; workspace and row are authenticated with it. The
 * first key seals; the others, former ones, only open.
 *
 * @throws Error when a key is shorter than 32 bytes.
 */
export function createSealer(keys: readonly [Uint8Array, ...Uint8Array[]]): Sealer {
  const byFingerprint = new Map(keys.map((key) => [keyFingerprint(key), derive(key, 'seal')]))
  const fingerprint = keyFingerprint(keys[0])

  return {
    fingerprint,
    seal(text, place) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', keyOf(fingerprint), nonce)
      cipher.setAAD(bound(fingerprint, place))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return [format, fingerprint, nonce.toString('base64url'), body.toString('base64url')].join(
        '.',
      )
    },
    open(sealed, place) {
      const { keyId, nonce, body } = parse(sealed)
      const decipher = createDecipheriv('aes-256-gcm', keyOf(keyId), nonce, {
        authTagLength: tagBytes,
      })
      decipher.setAAD(bound(keyId, place))
      decipher.setAuthTag(body.subarray(-tagBytes))
      try {
        const text = [decipher.update(body.subarray(0, -tagBytes)), decipher.final()]
        return Buffer.concat(text).toString('utf8')
      } catch {
        throw damaged('was changed, or belongs to another row')
      }
    },
    isOutdated: (sealed) => parse(sealed).keyId !== fingerprint,
  }

  function keyOf(keyId: string): Uint8Array {
    const key = byFingerprint.get(keyId)
    if (key) return key
    const known = [...byFingerprint.keys()].join(', ')
    throw new SealError(
      'wrong_key',
      `A stored secret was sealed with the secret key ${keyId}, but the one at hand is ${known}.`,
    )
  }
}

/** 16 hex digits that name a secret key: nodes compare them, and records carry them. */
export function keyFingerprint(key: Uint8Array): string {
  return Buffer.from(derive(key, 'fingerprint')).toString('hex', 0, 8)
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  if (key.length < keyBytesMin) {
    throw new Error(`A secret key has at least ${keyBytesMin} bytes, not ${key.length}.`)
  }
  return new Uint8Array(hkdfSync('sha256', key, '', `roster/${purpose}/${format}`, 32))
}

/** JSON, so that no two places have the same bytes. */
function bound(keyId: string, { workspace, row }: SealPlace): Buffer {
  return Buffer.from(JSON.stringify([format, keyId, workspace, row]))
}

function parse(sealed: string): { keyId: string; nonce: Buffer; body: Buffer } {
  const [version, keyId, nonceText, bodyText, ...rest] = sealed.split('.')
  if (version !== format || !keyId || !nonceText || !bodyText || rest.length > 0) {
    throw damaged('is not a sealed text')
  }
  const nonce = decode(nonceText)
  const body = decode(bodyText)
  if (nonce.length !== nonceBytes || body.length < tagBytes) throw damaged('is cut short')
  return { keyId, nonce, body }
}

/** Strict, so that a changed character is never read as if it were not there. */
function decode(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.toString('base64url') !== text) throw damaged('was changed')
  return bytes
}

function damaged(how: string): SealError {
  return new SealError('damaged', `A stored secret ${how}.`)
}
