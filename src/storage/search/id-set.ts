import type { EventId, ProfileId } from '../../core/profile.ts'

/** Ids whose bits are kept together. */
export const idBlock = 4_096

/** The same in PostgreSQL, which writes a whole row anew for each bit. */
export const termBlock = 1_024

/** Bytes of a block as a bit map: the first bit of the first byte is its first id. */
export const mapBytes = idBlock / 8
const words = mapBytes / 4

/** What has a place in a set: ids begin with 1, and blocks are counted from 0. */
type Id = ProfileId | EventId

/** The block an id lies in. */
export function idBlockOf(id: Id): number {
  return Math.floor((id - 1) / idBlock)
}

interface Block {
  number: number
  /** The bit map, read as words: for and, or and counting it does not matter in which order. */
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

  /** Bytes of its bit maps. */
  get bytes(): number {
    return this.#blocks.length * mapBytes
  }

  static of(ids: Iterable<ProfileId>): IdSet {
    const maps = new Map<number, Uint8Array>()
    for (const id of ids) {
      // Callers ask for what they like; no profile has such an id.
      if (id < 1) continue
      setBit(mapOf(maps, idBlockOf(id)), (id - 1) % idBlock)
    }
    return new IdSet(blocksOf(maps))
  }

  /** Of rows that hold a block each, in order, as `withIds` and `withoutId` made them. */
  static ofRows(rows: readonly (readonly [number: number, bytes: Uint8Array])[]): IdSet {
    return new IdSet(rows.map(([number, bytes]) => block(number, mapOfRow(bytes))))
  }

  /** Of bit maps that are shorter than ours, in the order of their numbers. */
  static ofMaps(numbers: readonly number[], bytes: Uint8Array): IdSet {
    const length = bytes.length / numbers.length
    const parts = mapBytes / length
    const blocks: Block[] = []
    const room = roomFor(numbers.length)
    for (const [n, part] of numbers.entries()) {
      const number = Math.floor(part / parts)
      let last = blocks.at(-1)
      if (last?.number !== number) {
        last = { number, bits: room(), count: 0 }
        blocks.push(last)
      }
      const map = new Uint8Array(last.bits.buffer, last.bits.byteOffset, mapBytes)
      map.set(bytes.subarray(n * length, (n + 1) * length), (part % parts) * length)
    }
    for (const block of blocks) block.count = countBits(block.bits)
    return new IdSet(blocks)
  }

  and(other: IdSet): IdSet {
    const theirs = new Map(other.#blocks.map((block) => [block.number, block.bits]))
    const both: Block[] = []
    const room = roomFor(Math.min(this.#blocks.length, other.#blocks.length))
    for (const { number, bits } of this.#blocks) {
      const more = theirs.get(number)
      if (!more) continue
      const shared = room()
      for (let at = 0; at < words; at++) shared[at] = (bits[at] as number) & (more[at] as number)
      const count = countBits(shared)
      if (count > 0) both.push({ number, bits: shared, count })
    }
    return new IdSet(both)
  }

  or(other: IdSet): IdSet {
    if (other.size === 0) return this
    if (this.size === 0) return other
    const all = new Map(this.#blocks.map((block) => [block.number, block]))
    const room = roomFor(Math.min(this.#blocks.length, other.#blocks.length))
    for (const block of other.#blocks) {
      const mine = all.get(block.number)?.bits
      if (!mine) {
        all.set(block.number, block)
        continue
      }
      const bits = room()
      for (let at = 0; at < words; at++)
        bits[at] = (mine[at] as number) | (block.bits[at] as number)
      all.set(block.number, { number: block.number, bits, count: countBits(bits) })
    }
    return new IdSet([...all.values()].sort((a, b) => a.number - b.number))
  }

  /** The ids from `from` on and below `until`. */
  within(from: number, until: number): IdSet {
    const blocks = this.#blocks.flatMap((block): readonly Block[] => {
      const first = block.number * idBlock + 1
      if (from <= first && until >= first + idBlock) return [block]
      return IdSet.of(idsOf(block).filter((id) => id >= from && id < until)).#blocks
    })
    return new IdSet(blocks)
  }

  has(id: Id): boolean {
    const found = this.#blocks.find(({ number }) => number === idBlockOf(id))
    if (!found) return false
    const bytes = new Uint8Array(found.bits.buffer, found.bits.byteOffset, mapBytes)
    const offset = (id - 1) % idBlock
    return ((bytes[offset >> 3] as number) & (0x80 >> (offset & 7))) !== 0
  }

  all(): ProfileId[] {
    return this.#blocks.flatMap((block) => idsOf(block))
  }

  /** The ids at these places in their order, each below `size`. */
  at(places: readonly number[]): ProfileId[] {
    const starts: number[] = []
    let before = 0
    for (const { count } of this.#blocks) {
      starts.push(before)
      before += count
    }
    return places.map((place) => {
      const after = starts.findIndex((start) => start > place)
      const n = (after === -1 ? starts.length : after) - 1
      return nthOf(this.#blocks[n] as Block, place - (starts[n] as number))
    })
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
    const edge = after === null ? null : idBlockOf(after)
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
      found.push(...ids.slice(skip, skip + limit - found.length))
      skip = Math.max(0, skip - ids.length)
    }
    return found
  }
}

/** Bit maps of a piece of memory for so many: asking for one costs twenty times the and-ing. */
function roomFor(count: number): () => Uint32Array {
  const all = new Uint32Array(count * words)
  let end = 0
  return () => {
    end += words
    return all.subarray(end - words, end)
  }
}

function mapOf(maps: Map<number, Uint8Array>, number: number): Uint8Array {
  let map = maps.get(number)
  if (!map) {
    map = new Uint8Array(mapBytes)
    maps.set(number, map)
  }
  return map
}

function blocksOf(maps: ReadonlyMap<number, Uint8Array>): Block[] {
  return [...maps].sort(([a], [b]) => a - b).map(([number, map]) => block(number, map))
}

function block(number: number, map: Uint8Array): Block {
  // Words have to begin where words can.
  const { buffer, byteOffset } = map.byteOffset % 4 === 0 ? map : Uint8Array.from(map)
  const bits = new Uint32Array(buffer, byteOffset, words)
  return { number, bits, count: countBits(bits) }
}

function idsOf({ number, bits }: Pick<Block, 'number' | 'bits'>): ProfileId[] {
  const first = number * idBlock + 1
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, mapBytes)
  return offsetsOf(bytes).map((offset) => (first + offset) as ProfileId)
}

function nthOf({ number, bits }: Block, n: number): ProfileId {
  const bytes = new Uint8Array(bits.buffer, bits.byteOffset, mapBytes)
  let left = n
  for (let at = 0; at < mapBytes; at++) {
    for (let byte = bytes[at] as number; byte !== 0; ) {
      const lead = Math.clz32(byte) - 24
      if (left === 0) return (number * idBlock + 1 + at * 8 + lead) as ProfileId
      left -= 1
      byte &= ~(0x80 >> lead)
    }
  }
  throw new Error(`A block of ids has no place ${n}.`)
}

function offsetsOf(map: Uint8Array): number[] {
  const offsets: number[] = []
  for (let at = 0; at < mapBytes; at++) {
    const byte = map[at] as number
    if (byte === 0) continue
    for (let bit = 0; bit < 8; bit++) if (byte & (0x80 >> bit)) offsets.push(at * 8 + bit)
  }
  return offsets
}

function setBit(map: Uint8Array, offset: number): void {
  map[offset >> 3] = (map[offset >> 3] as number) | (0x80 >> (offset & 7))
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

/** A row is a bit map, or a list of offsets of two bytes each as long as that is shorter. */
export function mapOfRow(bytes: Uint8Array): Uint8Array {
  if (bytes.length === mapBytes) return bytes
  const map = new Uint8Array(mapBytes)
  for (let at = 0; at < bytes.length; at += 2) setBit(map, offsetAt(bytes, at))
  return map
}

function offsetAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
}

/** A row with more ids; `held` is undefined where there is no row yet. */
export function withIds(held: Uint8Array | undefined, ids: readonly Id[]): Uint8Array {
  const had = held ?? new Uint8Array(0)
  const offsets = new Set(ids.map((id) => (id - 1) % idBlock))
  if (had.length < mapBytes) {
    const more = [...offsets].filter((offset) => placeOf(had, offset) === null)
    if (had.length + more.length * 2 < mapBytes) {
      return Uint8Array.from([...had, ...more.flatMap((offset) => [offset >> 8, offset & 0xff])])
    }
  }
  const map = Uint8Array.from(mapOfRow(had))
  for (const offset of offsets) setBit(map, offset)
  return map
}

/** A row without an id; null where none is left. */
export function withoutId(held: Uint8Array, id: ProfileId): Uint8Array | null {
  const offset = (id - 1) % idBlock
  if (held.length < mapBytes) {
    const place = placeOf(held, offset)
    if (place === null) return held
    return held.length === 2 ? null : held.filter((_, at) => at !== place && at !== place + 1)
  }
  const map = Uint8Array.from(held)
  map[offset >> 3] = (map[offset >> 3] as number) & ~(0x80 >> (offset & 7))
  return map.every((byte) => byte === 0) ? null : map
}

function placeOf(list: Uint8Array, offset: number): number | null {
  for (let at = 0; at < list.length; at += 2) if (offsetAt(list, at) === offset) return at
  return null
}
