/** Limits of the listener; those of what may be stored are in `core/limits.ts`. */
export interface HttpConfig {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Files of the certificate and its key, to serve TLS beside the plain port; both or neither. */
  tlsCert: string | null
  tlsKey: string | null
  /** 0 takes any free one. */
  tlsPort: number
  /** Host names that are bound to dialects, besides those they bring along. */
  hosts: string | null
  /** Whose `X-Forwarded-*` headers count. */
  trustedProxies: string | null
  bodyBytesMax: number
  /** Path and query together. */
  urlBytesMax: number
  /** Request line and headers together. */
  headerBytesMax: number
  headersMax: number
  /**
   * From the first byte of a request, or the opening of a connection, to the end of its headers.
   */
  headersTimeoutMs: number
  /** From the first byte of a request to the end of its body. */
  requestTimeoutMs: number
  /** How long an event stream is silent before it sends a comment. */
  streamHeartbeatMs: number
  keepAliveTimeoutMs: number
  /** 0 for no limit. */
  requestsPerConnectionMax: number
  connectionsMax: number
  /** Calls being served at a time; one more is refused. */
  callsMax: number
  /** Bytes of bodies kept at a time, whole or not yet; a call that brings more is refused. */
  bodiesBytesMax: number
  /** How long `close` waits for requests under way. */
  drainTimeoutMs: number
}

export const httpDefaults: HttpConfig = {
  host: '127.0.0.1',
  port: 7678,
  tlsCert: null,
  tlsKey: null,
  tlsPort: 7679,
  hosts: null,
  trustedProxies: null,
  bodyBytesMax: 1_048_576,
  urlBytesMax: 8_192,
  headerBytesMax: 16_384,
  headersMax: 100,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  streamHeartbeatMs: 15_000,
  keepAliveTimeoutMs: 75_000,
  requestsPerConnectionMax: 1_000,
  connectionsMax: 10_000,
  callsMax: 512,
  bodiesBytesMax: 67_108_864,
  drainTimeoutMs: 8_000,
}
