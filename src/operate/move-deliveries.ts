import type { Redelivered } from '../storage/delivery-store.ts'

/** Deliveries that are moved in one transaction. */
export const movePage = 500

/** Not more than matched at first: what ends again meanwhile would be acted on for ever. */
export async function moveAll(
  matching: number,
  move: (limit: number) => Promise<Redelivered>,
): Promise<Redelivered> {
  let count = 0
  while (count < matching) {
    const more = await move(Math.min(movePage, matching - count))
    if (more.count === 0) return { count, gone: more.gone }
    count += more.count
  }
  return { count, gone: [] }
}
