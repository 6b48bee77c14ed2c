import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { Fault } from '../core/errors.ts'

/**
 * Reads the body of a request as text. `done` gets the text, or the fault that refuses it; it is
 * called once, and never when the client goes away first: `gone` is called then.
 *
 * A body that is too large is refused as soon as that is known. What still comes of it is read and
 * thrown away, so that the client gets the answer instead of a broken connection.
 */
export function readBody(
  request: IncomingMessage,
  bytesMax: number,
  done: (text: string, fault: Fault | null) => void,
  gone: () => void,
): void {
  const { headers } = request
  const fault = encodingFault(headers['content-encoding'], headers['transfer-encoding'])
  if (fault) return done('', fault)
  const declared = headers['content-length']
  if (declared !== undefined && Number(declared) > bytesMax) return done('', tooLarge(bytesMax))
  const empty = declared === undefined ? headers['transfer-encoding'] === undefined : declared === '0'
  if (empty) return done('', null)

  let first: Buffer | null = null
  let chunks: Buffer[] | null = null
  let bytes = 0
  let settled = false
  request.on('data', (chunk: Buffer) => {
    if (settled) return
    bytes += chunk.length
    if (bytes > bytesMax) {
      settled = true
      first = chunks = null
      return done('', tooLarge(bytesMax))
    }
    // Nearly every body comes in one piece.
    if (first === null) first = chunk
    else if (chunks === null) chunks = [first, chunk]
    else chunks.push(chunk)
  })
  request.on('end', () => {
    if (settled) return
    settled = true
    const whole = chunks === null ? first : Buffer.concat(chunks, bytes)
    if (whole === null) return done('', null)
    if (!isUtf8(whole)) return done('', notText())
    done(whole.toString('utf8'), null)
  })
  request.on('close', () => {
    if (settled) return
    settled = true
    gone()
  })
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
