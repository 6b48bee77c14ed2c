import { isObject, type JsonValue, own } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'

/** What a profile is found by: a value of an attribute, or a tag. */
export interface Term {
  kind: TermKind
  /** The attribute or the tag. */
  name: string
  /** Empty for a tag. */
  value: string
}

export type TermKind = 'attribute' | 'tag'

/**
 * UTF-16 code units of a value that are entered. What is found by a term is compared in full
 * afterwards, so a longer one needs no more.
 */
export const valueLengthMax = 100

/** The value under which an attribute is entered; null for what no test of equality asks for. */
export function attributeTerm(value: JsonValue | undefined): string | null {
  if (value === undefined || value === null || Array.isArray(value) || isObject(value)) return null
  return cut(JSON.stringify(value), valueLengthMax)
}

/** What a write takes out of the index and puts into it. `before` is null for a new profile. */
export function termChanges(
  before: Profile | null,
  after: Profile,
  indexed: readonly string[],
): { gone: Term[]; added: Term[] } {
  const gone: Term[] = []
  const added: Term[] = []
  const had = before && before.removedAt === null ? before : null
  const has = after.removedAt === null ? after : null
  for (const name of indexed) {
    const from = had ? attributeTerm(own(had.attributes, name)) : null
    const to = has ? attributeTerm(own(has.attributes, name)) : null
    if (from === to) continue
    if (from !== null) gone.push({ kind: 'attribute', name, value: from })
    if (to !== null) added.push({ kind: 'attribute', name, value: to })
  }
  changeTags(had?.tags ?? [], has?.tags ?? [], gone, added)
  return { gone, added }
}

/** Everything a living profile is entered under. */
export function termsOf(profile: Profile, indexed: readonly string[]): Term[] {
  return termChanges(null, profile, indexed).added
}

function changeTags(
  before: readonly string[],
  after: readonly string[],
  gone: Term[],
  added: Term[],
): void {
  if (before.length === after.length && before.every((tag, index) => tag === after[index])) return
  for (const name of before) if (!after.includes(name)) gone.push({ kind: 'tag', name, value: '' })
  for (const name of after) if (!before.includes(name)) added.push({ kind: 'tag', name, value: '' })
}

/** Never through the middle of a character, which no engine could store. */
export function cut(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text
  const short = text.slice(0, lengthMax)
  return short.isWellFormed() ? short : short.slice(0, -1)
}
