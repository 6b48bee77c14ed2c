import fc from 'fast-check'
import type { Condition } from '../../src/core/condition.ts'
import { type JsonValue, own } from '../../src/core/json.ts'
import { displayName, type Profile, type ProfileId } from '../../src/core/profile.ts'
import {
  foldName,
  matchesFilter,
  type ProfileFilter,
  type ProfileOrder,
  type ProfileQuery,
} from '../../src/core/profile-query.ts'

/* What may be asked about the people of `test/queries-contract.ts`, and what the answer must be. */

const value = fc.constantFrom<JsonValue>('NL', 'BE', 'nl', 1, true, 3, '+31', '1')
const attribute = fc.constantFrom('country', 'score', 'a.b', 'phone', 'name', 'last_name')
const comparison: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ profile: attribute, is: value }),
  fc.record({ profile: attribute, is: fc.constantFrom<JsonValue>(null, ['NL'], { a: 'NL' }) }),
  fc.record({ profile: attribute, one_of: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ profile: attribute, exists: fc.boolean() }),
  fc.record({ profile: attribute, contains: fc.constantFrom('m', 'NL', '"', 1) }),
  fc.record({ profile: attribute, starts_with: fc.constantFrom('S', 'N', '+3') }),
  fc.record({ profile: attribute, ends_with: fc.constantFrom('h', 'L', '1') }),
  fc.record({ profile: fc.constant('score'), greater: fc.nat(3) }),
  fc.record({ tag: fc.constantFrom('a', 'b', 'z'), exists: fc.boolean() }),
  fc.record({ tag: fc.constantFrom('a', 'b', 'z') }),
)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  comparison,
  fc.record({ all: fc.array(comparison, { minLength: 1, maxLength: 3 }) }),
  fc.record({ any: fc.array(comparison, { minLength: 1, maxLength: 3 }) }),
  fc.record({ not: comparison }),
)
const kindOfIdentifier = fc.constantFrom('email', 'user_id')
export const filter: fc.Arbitrary<ProfileFilter> = fc.record(
  {
    where: condition,
    name: fc.constantFrom('a', 'AN', 'änne', 'anna smith', 'Anna Smithers', 'bo ', 'x'),
    phones: fc.subarray(['+31', '+32', '', 'none']),
    identifier: fc.oneof(
      fc.record({ kind: kindOfIdentifier, value: fc.constantFrom('u3', 'ann0@x.org') }),
      fc.record({ kind: kindOfIdentifier, prefix: fc.constantFrom('u', 'u1', 'ann', 'bo') }),
    ),
    ids: fc.array(fc.integer({ min: -1, max: 50 }).map((id) => id as ProfileId)),
  },
  { requiredKeys: [] },
)
export const order: fc.Arbitrary<ProfileOrder> = fc.oneof(
  fc.record({
    by: fc.constantFrom('id' as const, 'created' as const, 'updated' as const),
    descending: fc.boolean(),
  }),
  fc.record({
    by: fc.constant('attribute' as const),
    name: fc.constantFrom('score', 'last_name', 'country'),
    as: fc.constantFrom('text' as const, 'number' as const),
    descending: fc.boolean(),
  }),
  fc.constant({ by: 'prefix' as const }),
)

/** By what a profile is in the order of beginnings; null where nothing begins so. */
function beginning(profile: Profile, { name, identifier }: ProfileFilter): string | null {
  const shown = displayName(profile)
  const asked = name === undefined ? null : foldName(name)
  if (asked !== null && shown !== undefined && foldName(shown).startsWith(asked)) {
    return foldName(shown).slice(0, 24)
  }
  const prefix = asked ?? (identifier && 'prefix' in identifier ? identifier.prefix : '')
  const kind = asked === null ? identifier?.kind : 'email'
  const values = profile.identifiers.filter(
    (each) => each.kind === kind && each.value.startsWith(prefix),
  )
  return values.map(({ value }) => value).sort(byBytes)[0] ?? null
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** The answer by the words of the contract alone. */
export function expected(all: readonly Profile[], query: ProfileQuery): ProfileId[] {
  const { include = 'living', filter: asked = {} } = query
  const begins =
    include === 'living' &&
    (asked.name !== undefined || (asked.identifier !== undefined && 'prefix' in asked.identifier))
  const by = query.order?.by === 'prefix' && !begins ? undefined : query.order
  const sign = by?.descending ? -1 : 1
  const found = all.filter(
    (profile) =>
      (include === 'all' || (profile.removedAt === null) === (include === 'living')) &&
      matchesFilter(profile, query.filter ?? {}, 0),
  )
  const key = (profile: Profile) => {
    if (by?.by === 'prefix') return beginning(profile, asked)
    if (by?.by === 'created') return profile.createdAt
    if (by?.by === 'updated') return profile.updatedAt
    if (by?.by !== 'attribute') return 0
    const stored = own(profile.attributes, by.name)
    if (by.as === 'number') return typeof stored === 'number' ? stored : null
    return typeof stored === 'string' ? stored.toLowerCase() : null
  }
  found.sort((a, b) => {
    const [first, second] = [key(a), key(b)]
    if (first === second) return (a.id - b.id) * sign
    if (first === null || second === null) return first === null ? 1 : -1
    if (by?.by === 'prefix') return byBytes(String(first), String(second))
    return (first < second ? -1 : 1) * sign
  })
  return found.map(({ id }) => id)
}
