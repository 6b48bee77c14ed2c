import type { TextPlace } from './profile-source.ts'

/** A row of an index of identifiers. */
export interface Holder extends TextPlace {
  /** 0 for the owner. */
  holder: number
}

/**
 * Holders by text and then by id. In an index the owner comes first of those who have a text,
 * whatever its id: so it is put behind those with a lower one, or left for the next time where such
 * may still come.
 */
export function holdersInOrder(rows: readonly Holder[], isLast: boolean): TextPlace[] {
  const places: TextPlace[] = []
  let owner: TextPlace | null = null
  for (const { text, id, holder } of rows) {
    if (owner && (owner.text !== text || owner.id < id)) {
      places.push(owner)
      owner = null
    }
    if (holder === 0) owner = { text, id }
    else places.push({ text, id })
  }
  if (owner && isLast) places.push(owner)
  return places
}
