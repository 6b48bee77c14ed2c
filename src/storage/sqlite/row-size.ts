import type { Profile } from '../../core/profile.ts'
import type { ProfileRow } from './profile-row.ts'

/** Room in a row that has grown, so that the next few changes fit without growing it again. */
export const roomBytes = 64
/** A row that could be this much smaller is written smaller. */
const slackMax = 512

/** The columns of a profile's row whose size differs from write to write. */
export interface SizedColumns {
  texts: readonly (string | null)[]
  numbers: readonly (number | null)[]
}

/**
 * Keeps the rows of profiles at the size they have. A row of unchanged size is written in its
 * place; one that grew or shrank makes the engine move its neighbours and balance pages, and each
 * page touched is written twice, to the log and to the file.
 */
export class RowSizes {
  readonly #bytes = new WeakMap<Profile, number>()

  /** Notes the size of a row that was read as this profile. */
  remember(profile: Profile, row: ProfileRow): void {
    const [, version, attributes, provenance, tags, identifiers, phone, , , lastEvent, removedAt] =
      row
    const texts = [attributes, provenance, tags, identifiers, phone]
    this.#bytes.set(profile, rowBytes({ texts, numbers: [version, lastEvent, removedAt] }))
  }

  /** White space to put after one of the texts: as much as keeps the row at its size. */
  padding(before: Profile | null, columns: SizedColumns): string {
    const stored = before === null ? undefined : this.#bytes.get(before)
    const free = stored === undefined ? -1 : stored - rowBytes(columns)
    return ' '.repeat(free >= 0 && free <= slackMax ? free : roomBytes)
  }
}

/** What the columns take in a row, by the record format of the file. */
function rowBytes({ texts, numbers }: SizedColumns): number {
  let bytes = 0
  for (const text of texts) bytes += text === null ? 0 : textBytes(Buffer.byteLength(text))
  for (const number of numbers) bytes += number === null ? 0 : numberBytes(number)
  return bytes
}

/** The text, and in the row's header a number of variable length for its size. */
function textBytes(length: number): number {
  const kind = length * 2 + 13
  return length + (kind < 2 ** 7 ? 0 : kind < 2 ** 14 ? 1 : 2)
}

function numberBytes(number: number): number {
  if (number === 0 || number === 1) return 0
  if (number < 2 ** 7) return 1
  if (number < 2 ** 15) return 2
  if (number < 2 ** 23) return 3
  if (number < 2 ** 31) return 4
  return number < 2 ** 47 ? 6 : 8
}
