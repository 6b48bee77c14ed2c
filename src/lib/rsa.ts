import { createHash, generateKeyPair, sign } from 'node:crypto'
import { promisify } from 'node:util'

/** A pair of keys as PEM text. */
export interface RsaKeys {
  privateKey: string
  publicKey: string
}

/** Makes a key of 2,048 bits, on a thread of the pool. */
export function makeRsaKeys(): Promise<RsaKeys> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
}

/** The signature `rsa-sha256` of a text, in base64. */
export function signRsa(text: string, privateKey: string): string {
  return sign('sha256', Buffer.from(text), privateKey).toString('base64')
}

/** The digest of a text, in base64. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
