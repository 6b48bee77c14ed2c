import type { IncomingMessage, ServerResponse } from 'node:http'
import type { DialectResponse, RequestHead } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import type { RateState } from '../core/rate-limit.ts'
import { watchArrivals } from './arrivals.ts'
import type { Access } from './authenticate.ts'
import type { Connection } from './connection.ts'
import { addCrossOrigin, originAllowed } from './cross-origin.ts'
import { boundOf, routeUnder } from './owner.ts'
import { logAnswer, logFailure } from './request-log.ts'
import { addRate, plainRefusal, type Route, toWire, type Wire } from './route.ts'
import type { Shell } from './shell.ts'

/** One request from its arrival to its answer, which is given exactly once. */
export class Call {
  readonly shell: Shell
  readonly request: IncomingMessage
  readonly connection: Connection
  readonly id: string
  readonly head: RequestHead
  route: Route
  access: Access | null = null
  /** How the count stands that this call was counted in. */
  rate: RateState | null = null
  /** The body as it came, where there was one to read. */
  bodyText = ''
  readonly #response: ServerResponse
  readonly #startedAt: number
  #answered = false
  #isBusy = false
  #bytesHeld = 0

  constructor(
    shell: Shell,
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    head: RequestHead,
  ) {
    this.shell = shell
    this.connection = connection
    this.request = request
    this.#response = response
    this.#startedAt = connection.admittedAt ?? performance.now()
    this.id = shell.nextId()
    this.head = head
    this.route = shell.nowhere
  }

  /** The host name that the client called, as far as it is known. */
  get nameAsked(): string {
    const { baseUrl } = this.head
    return baseUrl.slice(baseUrl.indexOf('//') + 2)
  }

  get answered(): boolean {
    return this.#answered
  }

  /** Sends the answer. Never throws: an answer that cannot be sent becomes a plain 500. */
  answer(response: DialectResponse): void {
    if (this.#answered) return
    this.#answered = true
    try {
      const wire = toWire(this.route, response)
      addRate(this.route, wire.headers, this.rate, this.shell.clock())
      this.#addOrigin(wire)
      this.#send(wire)
    } catch (error) {
      this.#lastResort(error)
    }
  }

  /** Sends bytes as they are, with all that is to be said of them. */
  answerBytes(headers: { [name: string]: string }, bytes: Buffer): void {
    if (this.#answered) return
    this.#answered = true
    const length = { 'content-length': String(bytes.length) }
    this.#send({ status: 200, headers: { ...headers, ...length }, text: bytes })
  }

  /**
   * Begins an answer that goes on until whoever writes it ends it. The connection ends with it.
   */
  stream(headers: { [name: string]: string }): ServerResponse {
    this.#answered = true
    const wire: Wire = {
      status: 200,
      headers: { ...this.route.headers, ...headers },
      text: undefined,
    }
    addRate(this.route, wire.headers, this.rate, this.shell.clock())
    this.#addOrigin(wire)
    this.connection.closing = true
    // It may go on for days, and takes nobody's place meanwhile.
    this.shell.overload.over(this)
    this.#response.once('close', () => this.#record(wire.status))
    const own = { connection: 'close', 'x-request-id': this.id }
    this.#response.writeHead(wire.status, { ...wire.headers, ...own })
    this.#response.flushHeaders()
    return this.#response
  }

  /** Answers with a refusal in the words of the dialect that owns the path. Never throws. */
  refuse(fault: Fault): void {
    if (this.#answered) return
    if (this.route === this.shell.nowhere) {
      const bound = boundOf(this.shell, this.connection, this.nameAsked)
      this.route = routeUnder(this.shell, bound, this.head.path)
    }
    if (fault.status >= 500 && !this.#isBusy) logFailure(this, fault.cause ?? fault)
    try {
      const { dialect } = this.route
      const response = dialect
        ? dialect.renderError(fault, this.head)
        : plainRefusal(fault, fault.status)
      this.answer(response)
    } catch (error) {
      this.#lastResort(error)
    }
  }

  /** Counts what is kept of its body until it is answered; false where there is no room for it. */
  hold(bytes: number): boolean {
    if (!this.shell.overload.hold(bytes)) return false
    this.#bytesHeld += bytes
    return true
  }

  /** Refuses because too much is to be done: the log has only the number of such calls. */
  refuseBusy(): void {
    this.#isBusy = true
    this.refuse(this.shell.overload.refuse())
    watchArrivals(this.shell, this.connection, this.request.socket)
  }

  /** Refuses with a fault, or with `otherwise` when the error is not one. */
  fail(error: unknown, otherwise: 'internal' | 'outcome_unknown' = 'internal'): void {
    this.refuse(error instanceof Fault ? error : new Fault(otherwise, { cause: error }))
  }

  /** The client went away before its request was whole: there is nobody to answer. */
  abandon(): void {
    if (this.#answered) return
    this.#answered = true
    this.#record(clientGone)
  }

  /** Answers and closes the connection, for a client that no longer speaks HTTP. */
  refuseAndClose(fault: Fault): void {
    this.connection.closing = true
    this.refuse(fault)
  }

  #send(wire: Wire): void {
    if (!this.#closes()) this.#write(wire)
    else setImmediate(() => this.#writeLast(wire))
  }

  /**
   * What the client sent in the same breath has been read by now, and must be answered too: only
   * the answer to the last of it closes the connection.
   */
  #writeLast(wire: Wire): void {
    if (this.connection.newest === this.#response) {
      this.connection.closing = true
      wire.headers.connection = 'close'
    }
    try {
      this.#write(wire)
    } catch (error) {
      this.#lastResort(error)
    }
  }

  #closes(): boolean {
    const { connection, shell } = this
    const max = shell.config.requestsPerConnectionMax
    return connection.closing || shell.draining || (max > 0 && connection.requestCount >= max)
  }

  #write({ status, headers, text }: Wire): void {
    headers['x-request-id'] = this.id
    this.#response.writeHead(status, headers)
    this.#response.end(text)
    this.#record(status)
  }

  /** Says that something went wrong without any part that may have gone wrong. */
  #lastResort(error: unknown): void {
    logFailure(this, error)
    this.#answered = true
    const fault = new Fault('internal', { message: 'The answer could not be made.' })
    const { status, body } = plainRefusal(fault, fault.status)
    if (this.#response.headersSent) this.request.socket.destroy()
    else {
      this.#response.writeHead(status, {
        'content-type': 'application/json',
        'x-request-id': this.id,
      })
      this.#response.end(JSON.stringify(body))
    }
    this.#record(status)
  }

  #addOrigin(wire: Wire): void {
    const { origin } = this.head.headers
    if (origin === undefined || this.route.dialect?.crossOrigin !== true) return
    const allowed = this.access === null || originAllowed(this.access.workspace, origin)
    addCrossOrigin(wire.headers, allowed ? origin : null)
  }

  #record(status: number): void {
    const ms = performance.now() - this.#startedAt
    this.route.stats.count(this.head.method, status, ms)
    this.shell.overload.over(this)
    this.shell.overload.letGo(this.#bytesHeld)
    this.#bytesHeld = 0
    if (!this.#isBusy) logAnswer(this, status, ms)
  }
}

/** Counted and logged for a client that left; it never goes on the wire. */
const clientGone = 499

const callKey = Symbol('call')

/** The call a request was made into at the entrance. */
export function callOf(request: IncomingMessage): Call {
  const call = (request as { [callKey]?: Call })[callKey]
  if (!call) throw new Error('the request did not come through the entrance')
  return call
}

export function setCall(request: IncomingMessage, call: Call): void {
  ;(request as { [callKey]?: Call })[callKey] = call
}
