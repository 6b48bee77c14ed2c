import { type Condition, holds } from './condition.ts'
import { canonicalEmail, displayName, EMAIL, type Profile, type ProfileId } from './profile.ts'

/**
 * Which profiles to list, in what order, and which part of the list. Times are milliseconds UTC;
 * `from` counts and `until` does not.
 */
export interface ProfileQuery {
  /** Every part has to hold; without any part everybody is meant. */
  filter?: ProfileFilter
  /** Whether removed profiles count: `living` when left out. */
  include?: 'living' | 'removed' | 'all'
  /** By id, ascending, when left out. Ties go by id, in the same direction. */
  order?: ProfileOrder
  page: ProfilePageWanted
  /** Also count everybody the filter finds, whatever the page. */
  total?: boolean
}

export interface ProfileFilter {
  /** One of these. */
  ids?: readonly ProfileId[]
  /** None of these. */
  notIds?: readonly ProfileId[]
  /** The id lies here. */
  idsWithin?: Range
  /** Everybody who has an identifier of this value, owner or not; or one that begins with it. */
  identifier?: { kind: string; value: string } | { kind: string; prefix: string }
  /** The attribute `phone` is one of these. */
  phones?: readonly string[]
  /** The shown name or the e-mail address begins with this, in any case. */
  name?: string
  created?: Range
  updated?: Range
  /** A rule's condition, on attributes and tags of the profile alone. */
  where?: Condition
}

export interface Range {
  from?: number
  until?: number
}

export type ProfileOrder =
  | { by: 'id' | 'created' | 'updated'; descending?: boolean }
  /**
   * By what begins as the filter asks: as its `name` does, or else the `prefix` of its identifier;
   * of a name no more than a few letters count. By id where no index has that order.
   */
  | { by: 'prefix'; descending?: false }
  /**
   * By an attribute as text, in any case, or as a number. Whoever has no value of that kind comes
   * last, in either direction.
   */
  | { by: 'attribute'; name: string; as: 'text' | 'number'; descending?: boolean }
  /**
   * Another order for every seed, a whole number below 2^32. Its pages are asked for by offset, and
   * fit together as long as nobody joins or leaves the list.
   */
  | { by: 'random'; seed: number; descending?: false }

/** Where the page begins: behind a `next` of the same query, or after so many of the list. */
export type ProfilePageWanted =
  | { after?: string | undefined; limit: number }
  | { offset: number; limit: number }

export interface ProfilePage {
  profiles: Profile[]
  /** What to give as `after` for the page that follows; null when there is none. */
  next: string | null
  /** null unless it was asked for. */
  total: number | null
}

/** The same page of nothing but ids. */
export interface ProfileIdPage extends Omit<ProfilePage, 'profiles'> {
  ids: ProfileId[]
}

/** Whether a profile is what the filter asks for. Pure; every index is only a shorter way to it. */
export function matchesFilter(profile: Profile, filter: ProfileFilter, now: number): boolean {
  const { ids, notIds, idsWithin, identifier, phones, name, created, updated, where } = filter
  if (ids && !ids.includes(profile.id)) return false
  if (notIds?.includes(profile.id)) return false
  if (idsWithin && !isWithin(profile.id, idsWithin)) return false
  if (created && !isWithin(profile.createdAt, created)) return false
  if (updated && !isWithin(profile.updatedAt, updated)) return false
  if (identifier && !hasIdentifier(profile, identifier)) return false
  if (phones) {
    const { phone } = profile.attributes
    if (typeof phone !== 'string' || !phones.includes(phone)) return false
  }
  if (name !== undefined && !isNamed(profile, name)) return false
  if (!where) return true
  const { attributes, tags } = profile
  return holds(where, { event: {}, profile: attributes, changes: [], tags, now })
}

/** A shown name in the form in which two are compared: NFC and lower case. */
export function foldName(name: string): string {
  return canonicalEmail(name)
}

/** The parts of a condition that all have to hold. */
export function conjuncts(condition: Condition | undefined): Condition[] {
  if (!condition) return []
  return 'all' in condition ? condition.all.flatMap((part) => conjuncts(part)) : [condition]
}

export function isWithin(at: number, { from, until }: Range): boolean {
  return (from === undefined || at >= from) && (until === undefined || at < until)
}

function hasIdentifier(
  { identifiers }: Profile,
  wanted: NonNullable<ProfileFilter['identifier']>,
): boolean {
  return identifiers.some(
    ({ kind, value }) =>
      kind === wanted.kind &&
      ('value' in wanted ? value === wanted.value : value.startsWith(wanted.prefix)),
  )
}

function isNamed(profile: Profile, prefix: string): boolean {
  const folded = foldName(prefix)
  const shown = displayName(profile)
  if (shown !== undefined && foldName(shown).startsWith(folded)) return true
  return hasIdentifier(profile, { kind: EMAIL, prefix: folded })
}
