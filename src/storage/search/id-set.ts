import type { ProfileId } from '../../core/profile.ts'

/** Ids that are counted together, and kept together in one row of the index of terms. */
export const idBlock = 1_024

/** The block an id lies in; ids begin with 1. */
export function blockOf(id: ProfileId): number {
  return Math.floor((id - 1) / idBlock)
}

const words = idBlock / 32
/** Bytes of a block as a bit map: the first bit of the first byte is its first id. */
export const mapBytes = idBlock / 8

interface Block {
  number: number
  bits: Uint32Array
  count: number
}

/** A set of profile ids as bit maps of blocks, so that counting and combining sets costs little. */
export class IdSet {
  readonly size: number
  readonly #blocks: readonly Block[]

  /** Blocks in order, none of them empty. */
  private constructor(blocks: readonly Block[]) {
    this.#blocks = blocks
    this.size = blocks.reduce((sum, { count }) => sum + count, 0)
  }

  static readonly empty = new IdSet([])

  static of(ids: Iterable<ProfileId>): IdSet {
    const maps = new Map<number, Uint32Array>()
    for (const id of ids) {
      // Callers ask for what they like; no profile has such an id.
      if (id < 1) continue
      const number = blockOf(id)
      let bits = maps.get(number)
      if (!bits) {
        bits = new Uint32Array(words)
        maps.set(number, bits)
      }
      setBit(bits, (id - 1) % idBlock)
    }
    const sorted = [...maps].sort(([a], [b]) => a - b)
    return new IdSet(sorted.map(([number, bits]) => ({ number, bits, count: countBits(bits) })))
  }

  /** What rows of the index hold: numbers of blocks, in order, and bytes of each. */
  static ofBlocks(rows: Iterable<readonly [number: number, bytes: Uint8Array]>): IdSet {
    const blocks: Block[] = []
    for (const [number, bytes] of rows) {
      const bits = bitsOf(bytes)
      const count = countBits(bits)
      if (count > 0) blocks.push({ number, bits, count })
    }
    return new IdSet(blocks)
  }

  and(other: IdSet): IdSet {
    const theirs = new Map(other.#blocks.map((block) => [block.number, block]))
    return new IdSet(
      this.#blocks.flatMap(({ number, bits }) => {
        const more = theirs.get(number)
        if (!more) return []
        const both = bits.map((word, at) => word & (more.bits[at] as number))
        const count = countBits(both)
        return count > 0 ? [{ number, bits: both, count }] : []
      }),
    )
  }

  or(other: IdSet): IdSet {
    if (other.size === 0) return this
    if (this.size === 0) return other
    const all = new Map(this.#blocks.map((block) => [block.number, block]))
    for (const block of other.#blocks) {
      const mine = all.get(block.number)
      if (!mine) all.set(block.number, block)
      else {
        const bits = mine.bits.map((word, at) => word | (block.bits[at] as number))
        all.set(block.number, { number: block.number, bits, count: countBits(bits) })
      }
    }
    return new IdSet([...all.values()].sort((a, b) => a.number - b.number))
  }

  /** The ids from `from` on and below `until`. */
  within(from: number, until: number): IdSet {
    const blocks = this.#blocks.flatMap((block): Block[] => {
      const first = block.number * idBlock + 1
      if (from <= first && until >= first + idBlock) return [block]
      const left = idsOf(block).filter((id) => id >= from && id < until)
      return left.length > 0 ? [...IdSet.of(left).#blocks] : []
    })
    return new IdSet(blocks)
  }

  /** At most `limit` ids behind `after`, in order, without the first `skip` of them. */
  page(wanted: {
    after: ProfileId | null
    descending: boolean
    skip: number
    limit: number
  }): ProfileId[] {
    const { after, descending, limit } = wanted
    let { skip } = wanted
    const found: ProfileId[] = []
    const edge = after === null ? null : blockOf(after)
    for (let n = 0; n < this.#blocks.length && found.length < limit; n++) {
      const block = this.#blocks[descending ? this.#blocks.length - 1 - n : n] as Block
      if (edge !== null && (descending ? block.number > edge : block.number < edge)) continue
      const isEdge = after !== null && block.number === edge
      if (!isEdge && skip >= block.count) {
        skip -= block.count
        continue
      }
      let ids = idsOf(block)
      if (isEdge) ids = ids.filter((id) => (descending ? id < after : id > after))
      if (descending) ids.reverse()
      const here = ids.slice(skip, skip + limit - found.length)
      skip = Math.max(0, skip - ids.length)
      found.push(...here)
    }
    return found
  }
}

function idsOf({ number, bits }: Omit<Block, 'count'>): ProfileId[] {
  const ids: ProfileId[] = []
  const first = number * idBlock + 1
  for (let at = 0; at < words; at++) {
    let word = bits[at] as number
    while (word !== 0) {
      const lead = Math.clz32(word)
      ids.push((first + at * 32 + lead) as ProfileId)
      word &= ~(0x8000_0000 >>> lead)
    }
  }
  return ids
}

function setBit(bits: Uint32Array, offset: number): void {
  const at = offset >> 5
  bits[at] = (bits[at] as number) | (0x8000_0000 >>> (offset & 31))
}

function countBits(bits: Uint32Array): number {
  let count = 0
  for (let at = 0; at < words; at++) {
    let word = bits[at] as number
    if (word === 0) continue
    word -= (word >>> 1) & 0x5555_5555
    word = (word & 0x3333_3333) + ((word >>> 2) & 0x3333_3333)
    count += Math.imul((word + (word >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
  }
  return count
}

/** The ids that a row of the index holds. */
export function idsOfBlock([number, bytes]: readonly [number: number, bytes: Uint8Array]) {
  return idsOf({ number, bits: bitsOf(bytes) })
}

/** A bit map is as long as that; what is shorter is a list of offsets, two bytes each. */
function bitsOf(bytes: Uint8Array): Uint32Array {
  const bits = new Uint32Array(words)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length === mapBytes) {
    for (let at = 0; at < words; at++) bits[at] = view.getUint32(at * 4)
  } else for (let at = 0; at < bytes.length; at += 2) setBit(bits, view.getUint16(at))
  return bits
}

/** The bytes of a block with one more id; `held` is undefined where there is none yet. */
export function withId(held: Uint8Array | undefined, id: ProfileId): Uint8Array {
  const offset = (id - 1) % idBlock
  if (held?.length === mapBytes) return flipped(held, offset, true)
  const offsets = offsetsOf(held)
  return offsets.includes(offset) ? bytesOf(offsets) : bytesOf([...offsets, offset])
}

/** The bytes of a block without an id; null where none is left. */
export function withoutId(held: Uint8Array, id: ProfileId): Uint8Array | null {
  const offset = (id - 1) % idBlock
  if (held.length !== mapBytes) {
    const left = offsetsOf(held).filter((other) => other !== offset)
    return left.length > 0 ? bytesOf(left) : null
  }
  const bytes = flipped(held, offset, false)
  return bytes.every((byte) => byte === 0) ? null : bytes
}

function flipped(held: Uint8Array, offset: number, on: boolean): Uint8Array {
  const bytes = Uint8Array.from(held)
  const mask = 0x80 >> (offset & 7)
  const byte = bytes[offset >> 3] as number
  bytes[offset >> 3] = on ? byte | mask : byte & ~mask
  return bytes
}

function offsetsOf(held: Uint8Array | undefined): number[] {
  const offsets: number[] = []
  for (let at = 0; held && at < held.length; at += 2) {
    offsets.push(((held[at] as number) << 8) | (held[at + 1] as number))
  }
  return offsets
}

/** A list as long as it is shorter than the bit map. */
function bytesOf(offsets: readonly number[]): Uint8Array {
  if (offsets.length * 2 >= mapBytes) {
    const bytes = new Uint8Array(mapBytes)
    for (const offset of offsets) {
      bytes[offset >> 3] = (bytes[offset >> 3] as number) | (0x80 >> (offset & 7))
    }
    return bytes
  }
  return Uint8Array.from(offsets.flatMap((offset) => [offset >> 8, offset & 0xff]))
}
