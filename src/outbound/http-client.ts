import { Agent, type Dispatcher } from 'undici'
import { type SendFailure, sendFailures } from '../core/delivery.ts'
import { connectionHeaders } from '../core/header-names.ts'
import { createAddressGuard } from './address-guard.ts'
import { checkTarget } from './check-target.ts'
import {
  AddressRefused,
  type ConnectorOptions,
  guardedConnector,
  type LookupAll,
} from './guarded-connector.ts'
import { nameFailure } from './name-failure.ts'

export interface OutboundRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  /** Without those of the connection itself, which are the client's business. */
  headers: { readonly [name: string]: string }
  body: Uint8Array | string | null
  /** For the whole call, from resolving the name to the last byte of the answer. */
  timeoutMs: number
  allowPrivate: boolean
  signal?: AbortSignal
}

export interface OutboundAnswer {
  kind: 'answer'
  status: number
  /** Names in lower case; of a repeated one the values with a comma between. */
  headers: { [name: string]: string }
  /** The first 64 KiB, as they came: compressed bodies are not opened. */
  body: Buffer
  /** True when the answer was longer; the rest was not read. */
  isCut: boolean
  tookMs: number
  /**
   * The address of the newest connection to this origin: the one dialled, unless the host has
   * several and an older connection was used again. Null when it is not known.
   */
  address: string | null
}

export interface OutboundFailure {
  kind: 'failure'
  code: SendFailure
  /** One sentence for the operator; never holds headers or bodies. */
  message: string
  tookMs: number
  address: string | null
  /** The status, where the answer had begun when it failed. */
  status: number | null
}

export interface OutboundClient {
  /** Makes one call. Never throws, never follows a redirect, keeps no cookies. */
  send(request: OutboundRequest): Promise<OutboundAnswer | OutboundFailure>
  /** Cuts what is under way and lets go of every connection. */
  close(): Promise<void>
}

export interface OutboundOptions {
  /** Networks nothing may reach: the server's own addresses and its database's. */
  ownAddresses?: readonly string[]
  connectTimeoutMs?: number
  lookup?: LookupAll
  /** Certificates to trust besides the usual ones, in PEM. */
  trustedCertificates?: string
}

const bodyBytesMax = 65_536
const headerBytesMax = 16_384
const connectTimeoutMsDefault = 5_000
/** How long an unused connection is kept; shorter than the usual five seconds of servers. */
const keepAliveMs = 4_000
/** Origins whose address is remembered, for the record of attempts. */
const originsMax = 10_000
const reservedHeaders: ReadonlySet<string> = new Set(connectionHeaders)

/**
 * The one way out. Environment variables that name a proxy have no effect; there is one connection
 * pool for destinations that may reach inside addresses and one for the others, so that neither
 * uses a connection the other was let make.
 */
export function createOutboundClient(options: OutboundOptions = {}): OutboundClient {
  const guard = createAddressGuard(options.ownAddresses)
  const addresses = new Map<string, string>()
  const onConnect = (origin: string, address: string) => {
    if (addresses.size >= originsMax) addresses.clear()
    addresses.set(origin, address)
  }
  const agents = {
    true: createAgent(options, { guard, allowPrivate: true, onConnect }),
    false: createAgent(options, { guard, allowPrivate: false, onConnect }),
  }

  return {
    async send(request) {
      const startedAt = performance.now()
      const tookMs = () => Math.round(performance.now() - startedAt)
      const refuse = (code: SendFailure, message: string): OutboundFailure => {
        return { kind: 'failure', code, message, tookMs: tookMs(), address: null, status: null }
      }
      const target = checkTarget(request.url, request.allowPrivate, guard)
      if (target.kind === 'refused') return refuse(target.code, target.message)
      const reserved = Object.keys(request.headers).find((name) =>
        reservedHeaders.has(name.toLowerCase()),
      )
      if (reserved) return refuse('bad_request', `The header ${reserved} cannot be set.`)
      const result = await call(agents[`${request.allowPrivate}`], target.url, request)
      const address = result.address ?? addresses.get(target.url.origin) ?? null
      return { ...result, address, tookMs: tookMs() }
    },
    async close() {
      await Promise.all([agents.true.destroy(), agents.false.destroy()])
    },
  }
}

function createAgent(
  options: OutboundOptions,
  wanted: Pick<ConnectorOptions, 'guard' | 'allowPrivate' | 'onConnect'>,
): Agent {
  return new Agent({
    connect: guardedConnector({
      ...wanted,
      connectTimeoutMs: options.connectTimeoutMs ?? connectTimeoutMsDefault,
      lookup: options.lookup,
      trustedCertificates: options.trustedCertificates,
    }),
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: headerBytesMax,
    // One timer of ours bounds the whole call, which bounds its parts; the library's are coarse.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

type Result = Omit<OutboundAnswer, 'tookMs'> | Omit<OutboundFailure, 'tookMs'>

/**
 * One call, told by the library step by step: a stream for each answer, of which at most so much is
 * read, would cost as much as the call itself.
 */
function call(agent: Agent, url: URL, request: OutboundRequest): Promise<Result> {
  const { method, headers, body, timeoutMs, signal } = request
  const { promise, resolve } = Promise.withResolvers<Result>()
  let controller: Dispatcher.DispatchController | null = null
  let status: number | null = null
  let answered: OutboundAnswer['headers'] = {}
  let why: SendFailure | null = null
  const chunks: Buffer[] = []
  let bytes = 0
  const settle = (result: Result) => {
    clearTimeout(deadline)
    signal?.removeEventListener('abort', onStop)
    resolve(result)
  }
  const fail = (error: unknown) => {
    const code = why ?? nameFailure(error)
    const message = why ? sendFailures[code].text : explain(code, error)
    settle({ kind: 'failure', code, message, address: addressOf(error), status })
  }
  const answer = () => {
    const kept = Buffer.concat(chunks).subarray(0, bodyBytesMax)
    const isCut = bytes > bodyBytesMax
    const told = { status: status ?? 0, headers: answered, body: kept, isCut, address: null }
    settle({ kind: 'answer', ...told })
  }
  const stop = (code: SendFailure) => {
    why ??= code
    const error = new Error(code)
    // A connection that is not there yet is left to its own time.
    controller?.abort(error)
    fail(error)
  }
  const onStop = () => stop('stopped')
  const deadline = setTimeout(() => {
    stop(status === null ? 'timeout_headers' : 'timeout_body')
  }, timeoutMs)
  signal?.addEventListener('abort', onStop)
  if (signal?.aborted) {
    onStop()
    return promise
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (why !== null) started.abort(new Error(why))
    },
    onResponseStart(_, code, raw) {
      // What comes before the answer itself.
      if (code < 200) return
      status = code
      answered = joinHeaders(raw)
    },
    onResponseData(one, chunk) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes <= bodyBytesMax) return
      answer()
      one.abort(new Error('the rest is not read'))
    },
    onResponseEnd: answer,
    onResponseError: (_, error) => fail(error),
  }
  try {
    agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method, headers, body },
      handler,
    )
  } catch (error) {
    fail(error)
  }
  return promise
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): { [name: string]: string } {
  const joined = Object.entries(headers).map(([name, value]) => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : String(value),
  ])
  return Object.fromEntries(joined)
}

/** The system's own short code where there is one: the rest of its message may hold anything. */
function explain(code: SendFailure, error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const said = error instanceof Error && 'code' in error ? String(error.code) : ''
  return said === '' ? sendFailures[code].text : `${sendFailures[code].text} (${said})`
}

function addressOf(error: unknown): string | null {
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return null
  return 'address' in first && typeof first.address === 'string' ? first.address : null
}
