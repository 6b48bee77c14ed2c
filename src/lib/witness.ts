import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/** An Ed25519 key in PKCS #8, up to its 32 bytes (RFC 8410). */
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex')
const publicHead = Buffer.from('302a300506032b6570032100', 'hex')
const publicBytes = 32
const hashDigits = 32

/**
 * Keyed hashes and signatures that hang on the secret key: the first key hashes and signs, and what
 * former ones made is known too.
 */
export function createWitness(keys: readonly [Uint8Array, ...Uint8Array[]]) {
  const own = keys.map((key) => ({
    hash: derive(key, 'hash'),
    signing: signingKey(derive(key, 'sign')),
  }))
  const [{ signing }] = own as [(typeof own)[0]]
  return {
    hashes: (text: string) =>
      own.map(({ hash }) => hashOf(hash, text)) as unknown as readonly [string, ...string[]],
    sign: (text: string) => ({
      publicKey: publicText(signing),
      value: sign(null, Buffer.from(text), signing).toString('base64url'),
    }),
    check(text: string, { publicKey, value }: { publicKey: string; value: string }) {
      const bytes = Buffer.from(publicKey, 'base64url')
      if (bytes.length !== publicBytes) return 'wrong' as const
      const der = Buffer.concat([publicHead, bytes])
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
      const isGood = verify(null, Buffer.from(text), key, Buffer.from(value, 'base64url'))
      if (!isGood) return 'wrong' as const
      const isKnown = own.some((each) => publicText(each.signing) === publicKey)
      return isKnown ? ('good' as const) : ('unknown_key' as const)
    },
  }
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `roster/witness/${purpose}/1`, 32))
}

function hashOf(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, hashDigits)
}

function signingKey(seed: Buffer): KeyObject {
  const der = Buffer.concat([privateHead, seed])
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

function publicText(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'jwk' }).x as string
}
