import type { Asking } from '../../core/ask.ts'
import type { Profile } from '../../core/profile.ts'
import { type Database, keyOfTag, parentOf } from './databases.ts'
import { INTEREST } from './kinds.ts'
import { askNamed, keyOf, shownName } from './names.ts'
import type { Interests } from './profile-body.ts'

/** What a database calls tags. One that it does not define as an interest is called as it is. */
export interface InterestNames {
  /** By their tags. */
  names: ReadonlyMap<string, string>
  /** By what they are called. */
  tags: ReadonlyMap<string, string>
}

const asTheyAre: InterestNames = { names: new Map(), tags: new Map() }

export function* interestNames(database: Database): Asking<InterestNames> {
  const defined = yield* askNamed(INTEREST, parentOf(database))
  return {
    names: new Map(defined.map((record) => [keyOf(record), shownName(record)])),
    tags: new Map(defined.map((record) => [shownName(record), keyOf(record)])),
  }
}

/** The same for showing these people, some of whom may have interests. */
export function* interestNamesFor(
  people: readonly Profile[],
  database: Database,
): Asking<InterestNames> {
  const anyInterest = people.some(({ tags }) => tags.some(isInterest))
  return anyInterest ? yield* interestNames(database) : asTheyAre
}

/** What those of somebody are called. */
export function interestsOf({ tags }: Profile, known: InterestNames): string[] {
  return tags.filter(isInterest).flatMap((tag) => {
    const name = known.names.get(tag)
    if (name !== undefined) return [name]
    // What is called so here is something else.
    return known.tags.has(tag) ? [] : [tag]
  })
}

/** What people are to be tagged with. A name that something had before is none any more. */
export function interestTags({ add, remove }: Interests, known: InterestNames): Interests {
  const tagsOf = (names: readonly string[]) =>
    names.flatMap((name) => known.tags.get(name) ?? (known.names.has(name) ? [] : [name]))
  return { add: tagsOf(add), remove: tagsOf(remove) }
}

/** Whether a tag is none of those that say in which database somebody is. */
export function isInterest(tag: string): boolean {
  return keyOfTag(tag) === null
}
