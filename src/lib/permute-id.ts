/**
 * Keyed, reversible scrambling of whole numbers below 2^48, so that ids shown outside neither count
 * up nor tell how many there are. It hides, it does not protect: who calls still needs a token.
 */
const half = 24
const mask = (1 << half) - 1
const rounds = 6

/** Seed words of a key given as hex digits; the purpose keeps two uses of one key apart. */
export function permutationKeys(hexKey: string, purpose: number): number[] {
  const keys: number[] = []
  for (let round = 0; round < rounds; round++) {
    const at = (round * 8) % Math.max(hexKey.length - 7, 1)
    const word = Number.parseInt(hexKey.slice(at, at + 8), 16)
    keys.push(mix(word ^ Math.imul(round + 1, 0x9e3779b1) ^ Math.imul(purpose, 0x85ebca6b)))
  }
  return keys
}

/** A Feistel network: each number below 2^48 becomes exactly one other. */
export function permute(value: number, keys: readonly number[]): number {
  let left = Math.floor(value / 2 ** half)
  let right = value % 2 ** half
  for (const key of keys) {
    const next = left ^ (mix(right ^ key) & mask)
    left = right
    right = next
  }
  return left * 2 ** half + right
}

/** The inverse of `permute` with the same keys. */
export function unpermute(value: number, keys: readonly number[]): number {
  let left = Math.floor(value / 2 ** half)
  let right = value % 2 ** half
  for (let round = keys.length - 1; round >= 0; round--) {
    const previous = right ^ (mix(left ^ (keys[round] ?? 0)) & mask)
    right = left
    left = previous
  }
  return left * 2 ** half + right
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function mix(word: number): number {
  let mixed = word | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
