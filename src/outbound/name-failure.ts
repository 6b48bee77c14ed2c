import type { SendFailure } from '../core/delivery.ts'

/** The codes of Node, OpenSSL and undici, by what they mean for a delivery. */
const meanings: { readonly [code: string]: SendFailure } = {
  ADDRESS_REFUSED: 'address_refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  ENODATA: 'dns',
  ESERVFAIL: 'dns',
  ETIMEOUT: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENETDOWN: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'stopped',
  UND_ERR_DESTROYED: 'stopped',
  ETIMEDOUT: 'timeout_connect',
  UND_ERR_CONNECT_TIMEOUT: 'timeout_connect',
  UND_ERR_HEADERS_TIMEOUT: 'timeout_headers',
  UND_ERR_BODY_TIMEOUT: 'timeout_body',
  UND_ERR_INVALID_ARG: 'bad_request',
  UND_ERR_NOT_SUPPORTED: 'bad_request',
  ERR_INVALID_CHAR: 'bad_request',
  UND_ERR_HEADERS_OVERFLOW: 'bad_answer',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'bad_answer',
  UND_ERR_INFO: 'bad_answer',
  EPROTO: 'tls',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls',
  CERT_HAS_EXPIRED: 'tls',
  CERT_NOT_YET_VALID: 'tls',
  CERT_REVOKED: 'tls',
  CERT_UNTRUSTED: 'tls',
  CERT_REJECTED: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  INVALID_CA: 'tls',
  INVALID_PURPOSE: 'tls',
  PATH_LENGTH_EXCEEDED: 'tls',
}

/** Families of codes, by how they begin or end. */
const families: readonly (readonly [pattern: RegExp, meaning: SendFailure])[] = [
  [/^ERR_(TLS|SSL|OSSL)_/, 'tls'],
  [/^UNABLE_TO_/, 'tls'],
  [/^HPE_/, 'bad_answer'],
]

/** What an error of a call means for a delivery; the innermost error with a known code decides. */
export function nameFailure(error: unknown): SendFailure {
  return named(error, 0) ?? 'network'
}

function named(error: unknown, depth: number): SendFailure | null {
  if (!(error instanceof Error) || depth > 5) return null
  // Several addresses were tried; the first that failed stands for all.
  if (error instanceof AggregateError) {
    for (const each of error.errors) {
      const found = named(each, depth + 1)
      if (found) return found
    }
  }
  const inner = named(error.cause, depth + 1)
  if (inner) return inner
  // The parser's own error often comes without a code.
  if (error.name === 'HTTPParserError') return 'bad_answer'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (Object.hasOwn(meanings, code)) return meanings[code] ?? null
  return families.find(([pattern]) => pattern.test(code))?.[1] ?? null
}
