import { generateKeyPairSync, sign } from 'node:crypto'

/**
 * A certificate that signs itself, for the name `localhost` and 127.0.0.1, made on the spot so that
 * no private key lies in the project. `expired` makes one that ran out years ago.
 */
export function makeCertificate(expired = false): { key: string; cert: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaSha256 = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
  const name = sequence(
    tagged(0x31, sequence(objectId([0x55, 0x04, 0x03]), tagged(0x0c, Buffer.from('localhost')))),
  )
  const validity = expired ? ['200101000000Z', '210101000000Z'] : ['200101000000Z', '491231235959Z']
  const names = sequence(
    tagged(0x82, Buffer.from('localhost')),
    tagged(0x87, Buffer.from([127, 0, 0, 1])),
  )
  const extensions = sequence(
    sequence(objectId([0x55, 0x1d, 0x11]), tagged(0x04, names)),
    sequence(
      objectId([0x55, 0x1d, 0x13]),
      tagged(0x04, sequence(tagged(0x01, Buffer.from([0xff])))),
    ),
  )
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([expired ? 2 : 1])),
    ecdsaSha256,
    name,
    sequence(...validity.map((time) => tagged(0x17, Buffer.from(time)))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  )
  const signature = sign('sha256', body, privateKey)
  const bits = tagged(0x03, Buffer.concat([Buffer.from([0]), signature]))
  const lines = sequence(body, ecdsaSha256, bits)
    .toString('base64')
    .match(/.{1,64}/g)
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines?.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

function objectId(bytes: number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes))
}

/** One value in DER: its tag, its length, its bytes. */
function tagged(tag: number, bytes: Buffer): Buffer {
  const { length } = bytes
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), bytes])
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), bytes])
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), bytes])
}
