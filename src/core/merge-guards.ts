import { Fault } from './errors.ts'
import { limits } from './limits.ts'
import { EMAIL, MERGED_PROFILE, type Profile, type ProfileId, USER_ID } from './profile.ts'

/** Why profiles are perhaps not one person. */
export interface MergeRisk {
  code: 'several_user_ids' | 'too_many_identifiers' | 'placeholder'
  message: string
  profile: ProfileId
}

/** What systems write where they know nobody; whoever has it is everybody. */
const placeholders: ReadonlySet<string> = new Set([
  ...['null', 'undefined', 'none', 'nil', 'nan', 'na', 'n/a', 'unknown', 'anonymous', 'guest'],
  ...['user', 'test', 'true', 'false', 'default', '-', '-1', '[object object]'],
])

/**
 * What speaks against a merge: two ids of the customer's own, which are two people; an identifier
 * that nobody has for himself; more identifiers of a kind than one person has, but for kinds that
 * are linked on purpose.
 */
export function mergeRisks(
  into: Profile,
  from: readonly Profile[],
  linked: readonly string[] = [],
): MergeRisk[] {
  return [
    ...severalUserIds(into, from),
    ...[into, ...from].flatMap(placeholdersOf),
    ...tooMany(into, from, linked),
  ]
}

/** @throws Fault `merge_refused` that names every risk. */
export function assertNoRisk(
  into: Profile,
  from: readonly Profile[],
  linked: readonly string[] = [],
): void {
  const risks = mergeRisks(into, from, linked)
  const [first] = risks
  if (!first) return
  throw new Fault('merge_refused', {
    message: `${first.message} Merge them without guards if they are one person all the same.`,
    fields: risks.map(({ message, profile }) => ({ field: `profiles.${profile}`, message })),
    merge: { into: into.id, from: from.map(({ id }) => id).filter((id) => id !== into.id) },
    profile: risks.find(({ profile }) => profile !== into.id)?.profile ?? into.id,
  })
}

function severalUserIds(into: Profile, from: readonly Profile[]): MergeRisk[] {
  const own = valuesOf(into, USER_ID)
  let some = own
  return from.flatMap((profile) => {
    const others = valuesOf(profile, USER_ID).filter((value) => !own.includes(value))
    const isRisk = some.length > 0 && others.length > 0
    some = [...some, ...others]
    const message = `Profile ${profile.id} has a ${USER_ID} of its own.`
    return isRisk ? [{ code: 'several_user_ids' as const, message, profile: profile.id }] : []
  })
}

function placeholdersOf({ id, identifiers }: Profile): MergeRisk[] {
  return identifiers.flatMap(({ kind, value }) => {
    if (kind === MERGED_PROFILE || !isPlaceholder(kind, value)) return []
    const message = `The ${kind} of profile ${id} is a placeholder, which many may have.`
    return [{ code: 'placeholder' as const, message, profile: id }]
  })
}

/** Whether a value is one that systems write where they know nobody. */
export function isPlaceholder(kind: string, value: string): boolean {
  const word = value.trim().toLowerCase()
  const name = kind === EMAIL ? (word.split('@')[0] ?? '') : word
  // An address that begins with test or user may well be somebody's.
  if (kind === EMAIL) return ['null', 'undefined', 'none', 'anonymous', 'unknown'].includes(name)
  return placeholders.has(name) || /^[0-]+$/.test(name)
}

function tooMany(into: Profile, from: readonly Profile[], linked: readonly string[]): MergeRisk[] {
  const all = new Map<string, Set<string>>()
  for (const { identifiers } of [into, ...from]) {
    for (const { kind, value } of identifiers) {
      all.set(kind, (all.get(kind) ?? new Set()).add(value))
    }
  }
  return [...all].flatMap(([kind, { size }]) => {
    const most = mostOf(kind, linked)
    if (size <= most) return []
    const message = `They have ${size} of the kind ${kind} together; ${most} are likely.`
    return [{ code: 'too_many_identifiers' as const, message, profile: into.id }]
  })
}

function mostOf(kind: string, linked: readonly string[]): number {
  if (linked.includes(kind)) return limits.linkedIdentifiersMax
  return kind === MERGED_PROFILE ? limits.mergedProfilesMax : limits.mergedIdentifiersMax
}

function valuesOf({ identifiers }: Profile, wanted: string): string[] {
  return identifiers.filter(({ kind }) => kind === wanted).map(({ value }) => value)
}
