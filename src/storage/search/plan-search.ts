import type { Comparison, Condition } from '../../core/condition.ts'
import { EMAIL, type ProfileId, type WorkspaceId } from '../../core/profile.ts'
import {
  conjuncts,
  foldName,
  type ProfileFilter,
  type ProfileQuery,
} from '../../core/profile-query.ts'
import { IdSet } from './id-set.ts'
import type {
  ProfileSource,
  SearchState,
  Stretch,
  TextPlace,
  TextStretch,
} from './profile-source.ts'
import { attributeTerm } from './profile-terms.ts'
import { nameEntry } from './shown-names.ts'
import { idsOfTree, termTree } from './term-tree.ts'

/** How the profiles that may match are come by, in the order of ids. */
export type Path =
  /** `exact`: these are all who match, and nobody else is among them. */
  | { by: 'set'; set: IdSet; exact: boolean }
  /** In the order of texts, and not of ids; `among` are all who may match, where it is known. */
  | { by: 'texts'; stretches: readonly TextStretch[]; among: IdSet | null }
  | { by: 'phones'; phones: readonly string[] }
  | { by: 'scan' }

/** Ids of a phone number looked up before it counts as one that many have. */
const phonedMax = 1_000
/** The same of a stretch of values, which cannot be read on from the middle. */
const stretchMax = 10_000
/** Events since names were entered, where looking through them may be what takes long. */
const behindMax = 100_000
/** So few are looked at sooner than they are made fewer. */
const fewMax = 50
/** So few are sorted sooner than they are met in the order of an index. */
const sortedMax = 1_000

/**
 * Chooses the shortest way to everybody who may match: an index that has them in the order asked
 * for; else whom all indexes together leave; else those with a phone number that very many have;
 * else everybody.
 */
export async function choosePath(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  state: SearchState & { renamed: readonly TextPlace[] },
  query: ProfileQuery,
): Promise<Path> {
  const { filter = {}, include = 'living' } = query
  const { ids, idsWithin, phones, where } = filter
  const ordered = query.order?.by === 'prefix' ? orderedStretches(query, state.renamed) : null
  const living = include === 'living'
  let set: IdSet | null = ids ? IdSet.of(ids) : null
  const narrow = (found: IdSet | null) => {
    if (found) set = set ? set.and(found) : found
  }
  const isOpen = () => set === null || set.size > fewMax
  const [stretches, wide] = stretchesOf(
    ...[ordered ? withoutOrdered(filter) : filter, state.renamed, include],
  )
  if (ordered) narrow(await probe(source, workspaceId, ordered, fewMax))
  for (const each of stretches) if (isOpen()) narrow(await probe(source, workspaceId, each))
  if (phones && living && isOpen()) narrow(await probePhones(source, workspaceId, phones))
  const known = where && living ? termTree(where, state) : null
  if (known && isOpen()) narrow(await idsOfTree(source, workspaceId, state, known.tree))
  for (const each of wide) if (isOpen()) narrow(await probe(source, workspaceId, each))
  const found = set as IdSet | null
  if (ordered && (found?.size ?? Number.POSITIVE_INFINITY) > sortedMax) {
    return { by: 'texts', stretches: ordered, among: found }
  }
  if (set) {
    const { from = 0, until = Number.MAX_SAFE_INTEGER } = idsWithin ?? {}
    if (idsWithin) set = set.within(from, until)
    return { by: 'set', set, exact: known?.exact === true && asksOnly(filter, exactParts) }
  }
  return phones && living ? { by: 'phones', phones: unique(phones) } : { by: 'scan' }
}

const exactParts: readonly string[] = ['where', 'idsWithin']

function asksOnly(filter: ProfileFilter, parts: readonly string[]): boolean {
  const asked = Object.entries(filter).filter(([, part]) => part !== undefined)
  return asked.every(([name]) => parts.includes(name))
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
  const isBehind = state.lastEvent - state.namedTo > behindMax
  if (filter.name !== undefined && (!living || isBehind)) unknown.push('name')
  for (const part of conjuncts(filter.where)) {
    if (!living || !termTree(part, state)) unknown.push(describe(part))
  }
  if (order?.by === 'updated') unknown.push('order by updated')
  if (order?.by === 'attribute') unknown.push(`order by ${order.name}`)
  return unknown
}

/** What is looked up by a stretch of values: first what finds few, then what may find many. */
function stretchesOf(
  { identifier, name, created }: ProfileFilter,
  renamed: readonly TextPlace[],
  include: NonNullable<ProfileQuery['include']>,
): [few: Stretch[][], wide: Stretch[][]] {
  const living = include === 'living'
  const few = identifier && living ? [[identifierStretch(identifier)]] : []
  const wide: Stretch[][] = []
  const named = name === undefined ? null : nameStretches(name, renamed, living)
  if (named) wide.push(named)
  if (created) {
    const { from = 0, until = Number.MAX_SAFE_INTEGER } = created
    wide.push([{ in: 'created', from, below: until }])
  }
  return [few, wide]
}

/** What is read in the order of what begins as a filter asks; null where no index has that. */
export function orderedStretches(
  { filter = {}, include = 'living' }: ProfileQuery,
  renamed: readonly TextPlace[] = [],
): TextStretch[] | null {
  const { name, identifier } = filter
  const living = include === 'living'
  if (name !== undefined) return nameStretches(name, renamed, living)
  return living && identifier && 'prefix' in identifier ? [identifierStretch(identifier)] : null
}

/** The same filter but for what is met in order anyway. */
function withoutOrdered(filter: ProfileFilter): ProfileFilter {
  const { name, identifier, ...others } = filter
  return name === undefined || !identifier ? others : { ...others, identifier }
}

function identifierStretch(wanted: NonNullable<ProfileFilter['identifier']>): TextStretch {
  const { kind } = wanted
  const bounds =
    'value' in wanted
      ? { from: wanted.value, below: `${wanted.value}\u0001` }
      : { from: wanted.prefix, below: afterPrefix(wanted.prefix) }
  return { in: 'identifiers', kind, ...bounds }
}

function nameStretches(
  prefix: string,
  renamed: readonly TextPlace[],
  living: boolean,
): TextStretch[] | null {
  if (!living) return null
  const from = nameEntry(prefix)
  return [
    { in: 'names', from, below: afterPrefix(from) },
    { in: 'hand', places: renamed },
    identifierStretch({ kind: EMAIL, prefix: foldName(prefix) }),
  ]
}

/** Everybody within any of these; null where they are too many. */
async function probe(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  stretches: readonly Stretch[],
  most = stretchMax,
): Promise<IdSet | null> {
  const ids: ProfileId[] = []
  for (const stretch of stretches) {
    const found =
      stretch.in === 'hand'
        ? stretch.places.map(({ id }) => id)
        : await source.within(workspaceId, stretch, most + 1)
    if (found.length > most) return null
    ids.push(...found)
  }
  return IdSet.of(ids)
}

async function probePhones(
  source: ProfileSource,
  workspaceId: WorkspaceId,
  phones: readonly string[],
): Promise<IdSet | null> {
  const ids: ProfileId[] = []
  for (const phone of unique(phones)) {
    const wanted = { after: null, descending: false, limit: phonedMax + 1 }
    ids.push(...(await source.phoned(workspaceId, phone, wanted)))
    if (ids.length > phonedMax) return null
  }
  return IdSet.of(ids)
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
