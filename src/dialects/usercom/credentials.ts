import type { Credentials, RequestHead, ShownToken, TokenShape } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'

/**
 * Reads `Authorization: Token <64 characters>`; the scheme's case does not matter. Another scheme
 * counts as no credentials, as in the vendor's framework (wire notes 2.2).
 *
 * @throws Fault `missing_credentials`, `malformed_credentials` or `invalid_credentials`
 */
export function credentials(head: RequestHead): Credentials {
  const header = head.headers.authorization ?? ''
  if (usual.test(header)) return split(header.slice('Token '.length))
  const words = header.split(' ').filter((word) => word !== '')
  if (words[0]?.toLowerCase() !== 'token') throw new Fault('missing_credentials')
  const token = words[1]
  if (token === undefined) throw malformed('No credentials provided.')
  if (words.length > 2) throw malformed('Token string should not contain spaces.')
  if (!usual.test(`Token ${token}`)) throw new Fault('invalid_credentials')
  return split(token)
}

/** Tokens as the vendor's look: 64 letters and digits, the first 16 of which are not secret. */
export const tokens: TokenShape = {
  make(random) {
    const bytes = random(tokenLength * 2)
    let token = ''
    for (let at = 0; at < tokenLength; at++) {
      token += alphabet[bytes.readUInt16LE(at * 2) % alphabet.length]
    }
    const shown: ShownToken = { token }
    return { ...split(token), shown }
  },
}

const tokenLength = 64
const publicLength = 16
const usual = /^Token [0-9A-Za-z]{64}$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

function split(token: string): { publicPart: string; secret: string } {
  return { publicPart: token.slice(0, publicLength), secret: token.slice(publicLength) }
}

function malformed(why: string): Fault {
  return new Fault('malformed_credentials', { message: `Invalid token header. ${why}` })
}
