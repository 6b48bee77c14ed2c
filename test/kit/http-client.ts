import { connect, type Socket } from 'node:net'
import type { JsonValue } from '../../src/core/json.ts'
import { type Answer, AnswerParser } from './answer-parser.ts'

/** A request as it goes on the wire: nothing is added but what `encodeRequest` says. */
export interface WireRequest {
  method: string
  path: string
  headers?: { [name: string]: string | string[] | undefined }
  body?: string | Buffer | undefined
}

/** The connection ended before the answer was whole. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost'
}

/**
 * The bytes of a request. `host` is added unless given, and `content-length` when there is a body
 * or the method is one that has one; everything else goes out as it is, also what is not valid.
 */
export function encodeRequest(request: WireRequest, host: string): Buffer {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.from(request.body ?? '')
  const headers = Object.entries(request.headers ?? {}).filter(([, value]) => value !== undefined)
  const has = (name: string) => headers.some(([key]) => key.toLowerCase() === name)
  const lines = [`${request.method} ${request.path} HTTP/1.1`]
  if (!has('host')) lines.push(`Host: ${host}`)
  for (const [name, value] of headers) {
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`)
  }
  const bodied = body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(request.method)
  if (bodied && !has('content-length') && !has('transfer-encoding')) {
    lines.push(`Content-Length: ${body.length}`)
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body])
}

interface Waiting {
  method: string
  resolve(answer: Answer): void
  reject(error: Error): void
}

/**
 * One keep-alive connection on a bare socket: unlike `fetch` and `node:http` it sends any path,
 * header and byte, follows nothing and hides nothing. Answers come in the order of the requests.
 */
export class Connection {
  readonly host: string
  readonly #socket: Socket
  readonly #parser = new AnswerParser()
  readonly #waiting: Waiting[] = []
  #lost: Error | null = null

  constructor(url: string) {
    const { hostname, port, host } = new URL(url)
    this.host = host
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true })
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('close', () => this.#end(null))
  }

  get open(): boolean {
    return this.#lost === null
  }

  /** Sends one request and waits for its answer. */
  request(request: WireRequest): Promise<Answer> {
    return this.bytes(encodeRequest(request, this.host), request.method)
  }

  /** Sends bytes as they are and waits for one answer. */
  bytes(bytes: Buffer | string, method = 'GET'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      this.#waiting.push({ method, resolve, reject })
      this.#socket.write(bytes)
    })
  }

  /** Sends bytes without expecting an answer to them. */
  write(bytes: Buffer | string): void {
    if (!this.#lost) this.#socket.write(bytes)
  }

  close(): void {
    this.#end(null)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #read(chunk: Buffer): void {
    this.#parser.push(chunk)
    for (;;) {
      const waiting = this.#waiting[0]
      const answer = waiting && this.#parser.next(waiting.method, false)
      if (!answer) return
      this.#waiting.shift()
      waiting.resolve(answer)
    }
  }

  #end(error: Error | null): void {
    if (this.#lost) return
    const waiting = this.#waiting[0]
    const answer = waiting && this.#parser.next(waiting.method, true)
    if (answer) {
      this.#waiting.shift()
      waiting.resolve(answer)
    }
    this.#lost = new ConnectionLost('The connection ended.', { cause: error ?? undefined })
    for (const left of this.#waiting.splice(0)) left.reject(this.#lost)
    this.#socket.destroy()
  }
}

/** One request on a connection of its own. */
export async function send(url: string, request: WireRequest): Promise<Answer> {
  using connection = new Connection(url)
  return await connection.request(request)
}

/** One request at a time, over a connection that is kept for as long as the server keeps it. */
export class KeptConnection {
  readonly #url: string
  #connection: Connection | null = null

  constructor(url: string) {
    this.#url = url
  }

  async request(request: WireRequest): Promise<Answer> {
    const kept = this.#connection
    this.#connection = null
    const answer = kept?.open ? await kept.request(request).catch(unlessLost) : null
    if (answer) return this.#keep(kept as Connection, answer)
    const fresh = new Connection(this.#url)
    return this.#keep(fresh, await fresh.request(request))
  }

  close(): void {
    this.#connection?.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #keep(connection: Connection, answer: Answer): Answer {
    const isOver = answer.headers.connection === 'close' || this.#connection !== null
    if (isOver) connection.close()
    else this.#connection = connection
    return answer
  }
}

/** The server may let go of a connection that was idle just when it is used again. */
function unlessLost(error: unknown): null {
  if (error instanceof ConnectionLost) return null
  throw error
}

/** The body and headers of a JSON request. */
export function jsonBody(value: JsonValue, headers: { [name: string]: string } = {}) {
  return {
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(value),
  }
}
