import { type Decided, namedOnly, rebased, releasedAt } from '../../core/decision.ts'
import { own } from '../../core/json.ts'
import { identifierKey, type Known } from '../../core/known.ts'
import type { Identifier, Profile, ProfileId } from '../../core/profile.ts'
import { groupProvenance } from '../group-provenance.ts'
import { eventValues, listText } from '../rows.ts'
import { binaryArray, type ElementType } from './binary-array.ts'

/** A table's columns, each a list; the rows are what stands at the same place in all of them. */
export type Columns = Buffer[]

const textKey: ElementType[] = ['text', 'text', 'int8']
const profileTypes: ElementType[] = [...types('int8', 2), ...types('text', 5), ...types('int8', 4)]
const holderTypes: ElementType[] = [...textKey, 'int8', 'int8']
const eventTypes: ElementType[] = [
  ...[
    'int8',
    'text',
    'int8',
    'int8',
    'int8',
    'int8',
    'text',
    'int8',
    'text',
    'int8',
    'text',
    'int4',
  ],
  ...types('text', 6),
] as ElementType[]

/** An identifier with who held it before the group. */
export interface StoredHolders {
  identifier: Identifier
  holders: readonly ProfileId[]
}

/**
 * Everything a group of decisions changed, each row once whatever its number of changes, as the
 * values of `writeChanges` after the workspace. Ids are the store's own by now, except in `stored`
 * and `known`, whose provisional ones count from `lastProfile`. `storedCount` of the profiles were
 * there before.
 */
export function groupChanges(
  decisions: readonly Decided[],
  stored: ReadonlyMap<string, StoredHolders>,
  known: Known,
  lastProfile: number,
): { values: Columns; storedCount: number } {
  const profiles = new Map<ProfileId, Profile>()
  let createdCount = 0
  for (const { profiles: writes } of decisions) {
    for (const { profile, before } of writes) {
      profiles.set(profile.id, profile)
      if (before === null) createdCount += 1
    }
  }
  const { held, gone } = holderChanges(stored, known, lastProfile, formerHolders(decisions))
  const events = decisions.flatMap((decided) => decided.events)
  const values = [
    ...columns([...profiles.values()].map(profileRow), profileTypes),
    ...columns(held, holderTypes),
    ...columns(gone, textKey),
    ...columns(events.map(eventValues), eventTypes),
    ...columns(decisions.flatMap(namedRows), [...textKey, 'int8']),
  ]
  return { values, storedCount: profiles.size - createdCount }
}

/** The difference between who held identifiers and who holds them, as rows of the table. */
function holderChanges(
  stored: ReadonlyMap<string, StoredHolders>,
  known: Known,
  lastProfile: number,
  former: unknown[][],
): { held: unknown[][]; gone: unknown[][] } {
  const held = [...former]
  const gone: unknown[][] = []
  for (const [key, { identifier, holders: before }] of stored) {
    const after = known.identifiers.get(key)?.holders ?? []
    const { kind, value } = identifier
    // What nobody holds has a row all the same, made for its lock.
    if (after.length === 0) gone.push([kind, value, 0])
    const [owner] = after
    if (owner !== undefined && owner !== before[0]) {
      held.push([kind, value, 0, rebased(owner, lastProfile), null])
    }
    if (after === before) continue
    const others = new Set(after.slice(1))
    for (const id of before.slice(1)) if (!others.delete(id)) gone.push([kind, value, id])
    for (const id of others) {
      const real = rebased(id, lastProfile)
      held.push([kind, value, real, real, null])
    }
  }
  return { held, gone }
}

/** Who gave an identifier up, the latest word on each. */
function formerHolders(decisions: readonly Decided[]): unknown[][] {
  const rows = new Map<string, unknown[]>()
  for (const { profiles } of decisions) {
    for (const write of profiles) {
      const { profile } = write
      for (const identifier of write.released) {
        const { kind, value } = identifier
        const row = [kind, value, -profile.id, profile.id, releasedAt(write)]
        rows.set(`${profile.id}\0${identifierKey(identifier)}`, row)
      }
    }
  }
  return [...rows.values()]
}

function profileRow(profile: Profile): unknown[] {
  return [
    profile.id,
    profile.version,
    JSON.stringify(profile.attributes),
    JSON.stringify(groupProvenance(profile.provenance)),
    listText(profile.tags),
    listText(profile.identifiers),
    phoneOf(profile),
    profile.createdAt,
    profile.updatedAt,
    profile.lastEvent,
    profile.removedAt,
  ]
}

/** What the profile is found by as a phone number; nothing finds a removed one. */
function phoneOf({ attributes, removedAt }: Profile): string | null {
  const phone = own(attributes, 'phone')
  return typeof phone === 'string' && removedAt === null ? phone : null
}

function namedRows(decided: Decided): unknown[][] {
  return namedOnly(decided).map(({ identifier: { kind, value }, event }) => [
    kind,
    value,
    event.id,
    event.receivedAt,
  ])
}

function types(type: ElementType, count: number): ElementType[] {
  return Array.from({ length: count }, () => type)
}

function columns(rows: readonly unknown[][], of: readonly ElementType[]): Columns {
  return of.map((type, index) => {
    const values = rows.map((row) => row[index])
    return binaryArray(type, values)
  })
}
