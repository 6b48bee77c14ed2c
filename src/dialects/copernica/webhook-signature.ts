import type { PayloadSignature } from '../../core/payload.ts'
import { sha256, signRsa } from '../../lib/rsa.ts'

/** The record that has the workspace's key; `public` of its body is shown with each webhook. */
export const SIGNING_KEY = 'copernica.signing-key'

/**
 * HTTP signatures as the vendor makes them and its verifier takes them (wire notes 4.7): names and
 * the algorithm of the digest in lower case, and the nonce among what is signed.
 */
export const signature: PayloadSignature = {
  keyKind: SIGNING_KEY,
  headers({ method, url, body, contentType, now, nonce, workspaceId }, privateKey) {
    const { host, pathname, search } = new URL(url)
    const signed: [string, string][] = [
      ['(request-target)', `${method.toLowerCase()} ${pathname}${search}`],
      ['host', host],
      ['date', new Date(now).toUTCString()],
      ['content-length', String(Buffer.byteLength(body))],
      ['content-type', contentType],
      ['x-copernica-id', `account-${workspaceId}`],
      ['x-nonce', nonce],
      ['digest', `sha-256=${sha256(body)}`],
    ]
    const text = signed.map(([name, value]) => `${name}: ${value}`).join('\n')
    const names = signed.map(([name]) => name).join(' ')
    const proof = signRsa(text, privateKey)
    const own = signed.filter(([name]) => /^(date|x-|digest)/.test(name))
    return {
      ...Object.fromEntries(own),
      signature: `keyId="account-${workspaceId}",algorithm="rsa-sha256",headers="${names}",signature="${proof}"`,
    }
  },
}
