/*
 * Random orders that a seed decides: whoever asks with the same seed finds the same order again, so
 * pages fit together, and nothing has to be remembered between them.
 */

const rounds = 4

/** A number of 32 bits for an id, by which a list that is sorted comes in a random order. */
export function randomKey(seed: number, id: number): number {
  return mixed(mixed(seed, Math.floor(id / 2 ** 32)), id >>> 0)
}

/**
 * Puts the numbers from 0 below `size` in a random order: which of them is at a place. The order of
 * all numbers below the next power of four is shuffled, by halves of their bits (a Feistel
 * network), and what is not below `size` leads on to the next. So one number more changes hardly
 * anything in the order of the others.
 */
export function shuffled(size: number, seed: number): (at: number) => number {
  const half = halfFor(size)
  return (at) => {
    let found = at
    do found = permuted(found, half, seed)
    while (found >= size)
    return found
  }
}

/** The bits of half a number, where two halves are enough for every number below `size`. */
function halfFor(size: number): number {
  let bits = 1
  while (4 ** bits < size) bits += 1
  return bits
}

function permuted(at: number, bits: number, seed: number): number {
  const size = 2 ** bits
  let left = Math.floor(at / size)
  let right = at % size
  for (let round = 0; round < rounds; round++) {
    const next = (left ^ mixed(seed + round, right)) & (size - 1)
    left = right
    right = next
  }
  return left * size + right
}

/** Every bit of both decides about every bit of what comes out. */
function mixed(seed: number, value: number): number {
  let bits = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ value
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
