import type { IdSet } from './id-set.ts'

/** Bytes of bit maps that are kept: at a million people a set has 125,000. */
const bytesMax = 4 * 2 ** 20

/**
 * Sets that were read lately, each good as long as the state it was read in is the state there is:
 * whoever goes through the pages of a list asks for the same again and again.
 */
export class SetCache {
  readonly #held = new Map<string, { asOf: string; set: IdSet }>()
  #bytes = 0

  async get(key: string, asOf: string, read: () => Promise<IdSet>): Promise<IdSet> {
    const held = this.#held.get(key)
    if (held?.asOf === asOf) {
      this.#drop(key)
      this.#keep(key, held)
      return held.set
    }
    const set = await read()
    this.#drop(key)
    this.#keep(key, { asOf, set })
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= bytesMax) break
      this.#drop(oldest)
    }
    return set
  }

  #keep(key: string, held: { asOf: string; set: IdSet }): void {
    this.#held.set(key, held)
    this.#bytes += held.set.bytes
  }

  #drop(key: string): void {
    const held = this.#held.get(key)
    if (!held) return
    this.#held.delete(key)
    this.#bytes -= held.set.bytes
  }
}
