/** The types that lists are sent as, with PostgreSQL's number for each. */
const typeNumbers = { int4: 23, int8: 20, text: 25 } as const

export type ElementType = keyof typeof typeNumbers

const headerBytes = 20
const two32 = 2 ** 32

/**
 * A list as the bytes that PostgreSQL itself sends for it. As text every element is searched for
 * what has to be escaped, on this side and again on the other, and most of what a group writes is
 * JSON, which is full of that: it took an eighth of a node's time.
 */
export function binaryArray(type: ElementType, values: readonly unknown[]): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + sizeAtMost(type, values))
  // One dimension from 1, and maybe nulls in it; an empty list has no dimension at all.
  bytes.writeInt32BE(values.length > 0 ? 1 : 0, 0)
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4)
  bytes.writeInt32BE(typeNumbers[type], 8)
  if (values.length === 0) return bytes.subarray(0, 12)
  bytes.writeInt32BE(values.length, 12)
  bytes.writeInt32BE(1, 16)
  let at = headerBytes
  for (const value of values) {
    if (value === null) at = bytes.writeInt32BE(-1, at)
    else if (type === 'text') {
      const written = bytes.write(value as string, at + 4)
      bytes.writeInt32BE(written, at)
      at += 4 + written
    } else at = writeNumber(bytes, type, value as number, at)
  }
  return bytes.subarray(0, at)
}

function sizeAtMost(type: ElementType, values: readonly unknown[]): number {
  if (type !== 'text') return values.length * (type === 'int8' ? 12 : 8)
  let bytes = values.length * 4
  for (const value of values) if (value !== null) bytes += Buffer.byteLength(value as string)
  return bytes
}

function writeNumber(bytes: Buffer, type: 'int4' | 'int8', value: number, at: number): number {
  if (type === 'int4') return bytes.writeInt32BE(value, bytes.writeInt32BE(4, at))
  const high = Math.floor(value / two32)
  const place = bytes.writeInt32BE(high, bytes.writeInt32BE(8, at))
  return bytes.writeUInt32BE(value - high * two32, place)
}
