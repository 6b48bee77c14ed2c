import type { Comparison, Condition } from '../../core/condition.ts'
import { EMAIL, type ProfileId, type WorkspaceId } from '../../core/profile.ts'
import {
  conjuncts,
  foldName,
  type ProfileFilter,
  type ProfileQuery,
} from '../../core/profile-query.ts'
import type { Posting, ProfileSource, SearchState, Stretch } from './profile-source.ts'
import {
  attributeTerm,
  nameTerm,
  shownNameIndex,
  type Term,
  valueLengthMax,
} from './profile-terms.ts'

/** How the profiles that may match are come by, in the order of ids. */
export type Path =
  | { by: 'ids'; ids: readonly ProfileId[] }
  | { by: 'postings'; postings: readonly Posting[] }
  | { by: 'scan' }

/** One part of a filter that an index knows: everybody who passes is at one of these places. */
interface Leg {
  postings: Posting[]
  stretches: Stretch[]
}

/** Ids looked up at one place before it counts as a place where many are. */
const postingsMax = 1_000
/** The same of a stretch of values, which cannot be read on from the middle. */
const stretchMax = 10_000

/**
 * Chooses the shortest way to everybody who may match: the part of the filter that fewest pass, as
 * far as an index can tell; else one that can be read on in the order of ids; else everybody.
 */
export async function choosePath(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  state: SearchState,
  query: ProfileQuery,
): Promise<Path> {
  const filter = query.filter ?? {}
  let best: ProfileId[] | null = filter.ids ? unique(filter.ids) : null
  let many: Posting[] | null = null
  for (const leg of legsOf(filter, state, query.include ?? 'living')) {
    if (best && best.length <= postingsMax) break
    const ids = await probe(source, workspaceId, leg)
    if (ids === null && leg.stretches.length === 0) many ??= leg.postings
    if (ids && (!best || ids.length < best.length)) best = ids
  }
  if (best) return { by: 'ids', ids: best.sort((a, b) => a - b) }
  return many ? { by: 'postings', postings: many } : { by: 'scan' }
}

/**
 * The places of an index whose entries are exactly who the filter finds, so that counting these
 * counts them; null where something else has to be looked at.
 */
export function exactPostings(query: ProfileQuery, state: SearchState): Posting[] | null {
  const { filter = {}, include = 'living' } = query
  const [part, ...others] = conjuncts(filter.where)
  const asked = Object.values(filter).filter((each) => each !== undefined)
  if (!part || others.length > 0 || asked.length !== 1 || include !== 'living') return null
  const postings = whereLeg(part, state)?.postings
  const isWhole = ({ value }: Posting) => value.length < valueLengthMax
  return postings?.every(isWhole) ? postings : null
}

/**
 * The longest text that the attributes, as JSON, hold of everybody who passes a condition: an
 * engine looks for it a lot sooner than we have read the JSON. Null where none is known.
 */
export function textHeld(where: Condition | undefined): string | null {
  const texts = conjuncts(where).flatMap((part) => {
    if ('all' in part || 'any' in part || 'not' in part) return []
    if (part.profile === undefined || part.tag !== undefined || part.changed !== undefined)
      return []
    const { profile, ...test } = part
    // More than one operator may be given, and it is not for us to say which of them counts.
    return Object.keys(test).length === 1 ? textOf(profile, test) : []
  })
  const longest = texts.reduce((a, b) => (a.length >= b.length ? a : b), '')
  return longest === '' ? null : longest
}

function textOf(
  name: string,
  { is, contains, starts_with, ends_with, exists }: Comparison,
): string[] {
  if (is !== undefined && attributeTerm(is) !== null) return [JSON.stringify(is)]
  const inner = (text: string) => JSON.stringify(text).slice(1, -1)
  if (typeof contains === 'string') return [inner(contains)]
  if (starts_with !== undefined) return [`"${inner(starts_with)}`]
  if (ends_with !== undefined) return [`${inner(ends_with)}"`]
  return exists === true && !name.includes('.') ? [`${JSON.stringify(name)}:`] : []
}

/** The parts of a query that no index knows, by the names a caller gave them. */
export function withoutIndex(query: ProfileQuery, state: SearchState): string[] {
  const { filter = {}, order, include = 'living' } = query
  const unknown: string[] = []
  const living = include === 'living'
  if (filter.updated) unknown.push('updated')
  if (filter.phones && !living) unknown.push('phones')
  if (filter.identifier && !living) unknown.push('identifier')
  if (filter.name !== undefined && !nameLeg(filter.name, state, living)) unknown.push('name')
  for (const part of conjuncts(filter.where)) {
    if (!living || !whereLeg(part, state)) unknown.push(describe(part))
  }
  if (order?.by === 'updated') unknown.push('order by updated')
  if (order?.by === 'attribute') unknown.push(`order by ${order.name}`)
  return unknown
}

function legsOf(
  filter: ProfileFilter,
  state: SearchState,
  include: NonNullable<ProfileQuery['include']>,
): Leg[] {
  const { identifier, phones, name, created, where } = filter
  const legs: Leg[] = []
  if (include === 'living') {
    if (identifier) legs.push(identifierLeg(identifier))
    if (phones) {
      const postings = unique(phones).map((value) => ({ in: 'phones' as const, value }))
      legs.push({ postings, stretches: [] })
    }
    const named = name === undefined ? null : nameLeg(name, state, true)
    if (named) legs.push(named)
    for (const part of conjuncts(where)) {
      const leg = whereLeg(part, state)
      if (leg) legs.push(leg)
    }
  }
  if (created) {
    const { from = 0, until = Number.MAX_SAFE_INTEGER } = created
    legs.push({ postings: [], stretches: [{ in: 'created', from, below: until }] })
  }
  return legs
}

function identifierLeg(wanted: NonNullable<ProfileFilter['identifier']>): Leg {
  const { kind } = wanted
  const bounds =
    'value' in wanted
      ? { from: wanted.value, below: `${wanted.value}\u0001` }
      : { from: wanted.prefix, below: afterPrefix(wanted.prefix) }
  return { postings: [], stretches: [{ in: 'identifiers', kind, ...bounds }] }
}

function nameLeg(prefix: string, { indexed }: SearchState, living: boolean): Leg | null {
  if (!living || !indexed.includes(shownNameIndex)) return null
  const folded = foldName(prefix)
  const from = nameTerm(prefix)
  const below = afterPrefix(from)
  const terms: Stretch = { in: 'terms', kind: 'name', name: '', from, below }
  const { stretches } = identifierLeg({ kind: EMAIL, prefix: folded })
  return { postings: [], stretches: [terms, ...stretches] }
}

function whereLeg(part: Condition, { indexed }: SearchState): Leg | null {
  if ('all' in part || 'any' in part || 'not' in part || part.changed !== undefined) return null
  const at = (terms: Term[]): Leg => {
    const postings = terms.map((term) => ({ in: 'terms' as const, ...term }))
    return { postings, stretches: [] }
  }
  if (part.tag !== undefined) {
    if (part.exists === false) return null
    return at([{ kind: 'tag', name: part.tag, value: '' }])
  }
  const name = part.profile
  // Dots may also lead into a value, where no index looks.
  if (name === undefined || name.includes('.') || !indexed.includes(name)) return null
  const values = equalTo(part)
  return values && at(values.map((value) => ({ kind: 'attribute', name, value })))
}

/** The terms of the values that a comparison takes, when it is one of equality; else null. */
function equalTo({ is, is_not, exists, one_of }: Comparison): string[] | null {
  const asked = is === undefined ? one_of : [is]
  if (!asked || (is === undefined && (is_not !== undefined || exists !== undefined))) return null
  const terms = asked.map((value) => attributeTerm(value))
  return terms.every((term) => term !== null) ? unique(terms) : null
}

async function probe(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  { postings, stretches }: Leg,
): Promise<ProfileId[] | null> {
  const ids = new Set<ProfileId>()
  for (const posting of postings) {
    const wanted = { after: null, descending: false, limit: postingsMax + 1 }
    for (const id of await source.postings(workspaceId, posting, wanted)) ids.add(id)
    if (ids.size > postingsMax) return null
  }
  for (const stretch of stretches) {
    const found = await source.within(workspaceId, stretch, stretchMax + 1)
    for (const id of found) ids.add(id)
    if (found.length > stretchMax) return null
  }
  return [...ids]
}

/**
 * The first text, by the bytes of UTF-8, that is behind all which begin with this; null when there
 * is none.
 */
export function afterPrefix(prefix: string): string | null {
  const points = [...prefix].map((character) => character.codePointAt(0) as number)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue
    // Surrogates are no characters, and no text that is stored holds one alone.
    const next = last === 0xd7ff ? 0xe000 : last + 1
    return String.fromCodePoint(...points, next)
  }
  return null
}

function describe(part: Condition): string {
  if ('all' in part || 'any' in part || 'not' in part) return Object.keys(part)[0] ?? 'where'
  return part.tag === undefined ? `profile.${part.profile ?? ''}` : `tag.${part.tag}`
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
