import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Fault } from '../core/errors.ts'

/** What becomes of a body; exactly one of the others is called, once. */
export interface BodyReader {
  /** Asked before more is kept; whoever says no has dealt with the call, and hears no more. */
  hasRoom(bytes: number): boolean
  whole(text: string): void
  refused(fault: Fault): void
  /** The client went away before its body was whole. */
  gone(): void
}

/**
 * Reads the body of a request as text.
 *
 * One that is too large is refused as soon as that is known. What still comes of it is read and
 * thrown away, so that the client gets the answer instead of a broken connection.
 */
export function readBody(request: IncomingMessage, bytesMax: number, reader: BodyReader): void {
  const { headers } = request
  const declared = headers['content-length']
  const transfer = headers['transfer-encoding']
  const fault = encodingFault(headers['content-encoding'], transfer)
  if (fault) reader.refused(fault)
  else if (declared === undefined && transfer === undefined) reader.whole('')
  else if (declared === '0') reader.whole('')
  else if (declared !== undefined && Number(declared) > bytesMax) reader.refused(tooLarge(bytesMax))
  else collect(request, bytesMax, reader)
}

function collect(request: IncomingMessage, bytesMax: number, reader: BodyReader): void {
  // Nearly every body comes in one piece.
  let first: Buffer | null = null
  let more: Buffer[] = []
  let bytes = 0
  let settled = false
  request.on('data', (chunk: Buffer) => {
    if (settled) return
    bytes += chunk.length
    const isTooLarge = bytes > bytesMax
    if (!isTooLarge && reader.hasRoom(chunk.length)) {
      if (first === null) first = chunk
      else more.push(chunk)
      return
    }
    settled = true
    first = null
    more = []
    if (isTooLarge) reader.refused(tooLarge(bytesMax))
  })
  request.on('end', () => {
    if (settled) return
    settled = true
    const all = first === null || more.length === 0 ? first : Buffer.concat([first, ...more], bytes)
    if (all === null) reader.whole('')
    else if (isUtf8(all)) reader.whole(withoutMark(all.toString('utf8')))
    else reader.refused(notText())
  })
  request.on('close', () => {
    if (settled) return
    settled = true
    reader.gone()
  })
}

/** Files saved on Windows begin with a byte order mark, and some clients send it along. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function encodingFault(content: string | undefined, transfer: string | undefined): Fault | null {
  const plainContent = content === undefined || isWord(content, 'identity')
  const plainTransfer = transfer === undefined || isWord(transfer, 'chunked')
  return plainContent && plainTransfer ? null : new Fault('unsupported_encoding')
}

function isWord(value: string, word: string): boolean {
  return value === '' || value.trim().toLowerCase() === word
}

function tooLarge(bytesMax: number): Fault {
  return new Fault('body_too_large', { message: `The body is larger than ${bytesMax} bytes.` })
}

function notText(): Fault {
  return new Fault('malformed_body', { message: 'The body is not valid UTF-8.' })
}
