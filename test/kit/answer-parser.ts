import type { JsonValue } from '../../src/core/json.ts'

/** An answer as it came, every header line kept. */
export interface Answer {
  status: number
  /** Names in lower case; lines of the same name joined by a comma. */
  headers: { [name: string]: string }
  rawHeaders: [name: string, value: string][]
  body: Buffer
  text: string
  /** The body as JSON; throws where it is none. */
  json(): JsonValue
}

/** Cuts a stream of bytes into answers. */
export class AnswerParser {
  #buffer: Buffer = Buffer.alloc(0)

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk])
  }

  /** The next whole answer, or null. `ended` says that no more bytes will come. */
  next(method: string, ended: boolean): Answer | null {
    const headEnd = this.#buffer.indexOf('\r\n\r\n')
    if (headEnd < 0) return null
    const [statusLine = '', ...lines] = this.#buffer.toString('latin1', 0, headEnd).split('\r\n')
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
    if (!status) throw new Error(`Not an answer: ${statusLine}`)
    const rawHeaders = lines.map(splitHeader)
    const headers: { [name: string]: string } = Object.create(null)
    for (const [name, value] of rawHeaders) {
      const key = name.toLowerCase()
      headers[key] = headers[key] === undefined ? value : `${headers[key]}, ${value}`
    }
    const body = readBody(this.#buffer, headEnd + 4, method, status, headers, ended)
    if (!body) return null
    this.#buffer = this.#buffer.subarray(body.end)
    if (status === 100) return this.next(method, ended)
    const text = body.bytes.toString('utf8')
    return { status, headers, rawHeaders, body: body.bytes, text, json: () => JSON.parse(text) }
  }
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':')
  return [line.slice(0, colon), line.slice(colon + 1).trim()]
}

function readBody(
  buffer: Buffer,
  start: number,
  method: string,
  status: number,
  headers: { [name: string]: string },
  ended: boolean,
): { bytes: Buffer; end: number } | null {
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) {
    return { bytes: Buffer.alloc(0), end: start }
  }
  if (headers['transfer-encoding'] === 'chunked') return readChunks(buffer, start)
  const length = headers['content-length']
  if (length === undefined)
    return ended ? { bytes: buffer.subarray(start), end: buffer.length } : null
  const end = start + Number(length)
  return end > buffer.length ? null : { bytes: buffer.subarray(start, end), end }
}

function readChunks(buffer: Buffer, start: number): { bytes: Buffer; end: number } | null {
  const chunks: Buffer[] = []
  let at = start
  for (;;) {
    const lineEnd = buffer.indexOf('\r\n', at)
    if (lineEnd < 0) return null
    const size = Number.parseInt(buffer.toString('latin1', at, lineEnd), 16)
    const next = lineEnd + 2 + size + 2
    if (next > buffer.length) return null
    if (size === 0) return { bytes: Buffer.concat(chunks), end: next }
    chunks.push(buffer.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = next
  }
}
