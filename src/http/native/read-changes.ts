import Type, { type Static } from 'typebox'
import { standardAttributes } from '../../core/attributes.ts'
import type { Changes, Key } from '../../core/command.ts'
import { invalidField } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { EMAIL, type Identifier } from '../../core/profile.ts'
import { readIdentifier } from './read-fields.ts'
import { closed, kindPattern, timeIn } from './schemas.ts'

const name = Type.String({ minLength: 1, maxLength: limits.nameLengthMax })

/** A map of attribute names. The name that JavaScript treats apart is refused before. */
const map = <T extends Parameters<typeof Type.Record>[1]>(value: T, description: string) =>
  Type.Record(name, value, { description })

const tag = Type.String({
  minLength: 1,
  maxLength: limits.nameLengthMax,
  description: `a tag of up to ${limits.nameLengthMax} characters`,
})
const tags = Type.Array(tag, { maxItems: limits.tagsPerProfileMax })

const changesProperties = {
  set: Type.Optional(
    map(Type.Unknown(), 'a map of attributes to write; null clears, what is absent stays'),
  ),
  set_once: Type.Optional(
    map(Type.Unknown(), 'a map of attributes, written where nothing is stored'),
  ),
  unset: Type.Optional(
    Type.Array(name, { maxItems: 1_000, description: 'a list of attributes to clear' }),
  ),
  increment: Type.Optional(
    map(
      Type.Number({ description: 'a number' }),
      'a map of numbers to add; what is absent counts as 0',
    ),
  ),
  add: Type.Optional(
    map(
      Type.Array(Type.Unknown(), { description: 'a list' }),
      'a map of entries that lists are to have',
    ),
  ),
  remove: Type.Optional(
    map(
      Type.Array(Type.Unknown(), { description: 'a list' }),
      'a map of entries that lists are not to have',
    ),
  ),
  tags: Type.Optional(
    Type.Union(
      [tags, Type.Object({ add: Type.Optional(tags), remove: Type.Optional(tags) }, closed)],
      { description: 'a list of all tags, or {"add": [...], "remove": [...]}' },
    ),
  ),
  identifiers: Type.Optional(
    Type.Record(
      Type.String({ pattern: kindPattern, maxLength: 64 }),
      Type.Union([
        Type.String({ minLength: 1, maxLength: limits.identifierLengthMax }),
        Type.Null(),
      ]),
      { maxProperties: 10, description: 'a map of kinds to values; null takes one away' },
    ),
  ),
  occurred_at: Type.Optional(timeIn),
}

export const profileChanges = Type.Object(changesProperties, {
  ...closed,
  'x-name': 'ProfileChanges',
  description: 'what is to change; everything that is not named stays as it is',
  examples: [{ set: { email: 'jo@example.com', first_name: 'Jo' }, tags: { add: ['new'] } }],
})

/** One entry of a call with many: whom it is about, and the changes. */
export const profileEntry = Type.Object(
  {
    by: Type.Optional(Type.Object({ kind: Type.String(), value: Type.String() }, closed)),
    id: Type.Optional(Type.Integer({ minimum: 0, description: 'an id, which is a whole number' })),
    ...changesProperties,
  },
  {
    ...closed,
    'x-name': 'ProfileEntry',
    description: 'a profile, by an identifier or its id, and what is to change',
  },
)

type Body = Static<typeof profileChanges>

/** The ways to change an attribute, of which each name may have one; lists may have two. */
type Way = Exclude<keyof Body, 'tags' | 'identifiers' | 'occurred_at'>
const ways = Object.keys(changesProperties).filter(
  (each): each is Way => !['tags', 'identifiers', 'occurred_at'].includes(each),
)

/** A body, which matches its schema, in Roster's own words. */
export function readChanges(body: Body): Changes {
  assertOneWay(body)
  const set: JsonObject = { ...((body.set ?? {}) as JsonObject) }
  for (const cleared of body.unset ?? []) set[cleared] = null
  const { identify, disown } = readOwned((body.identifiers ?? {}) as JsonObject)
  const setOnce = (body.set_once ?? {}) as JsonObject
  const increment = body.increment ?? {}
  const add = (body.add ?? {}) as { [name: string]: JsonValue[] }
  const remove = (body.remove ?? {}) as { [name: string]: JsonValue[] }
  const named = [set, setOnce, increment, add, remove].flatMap((each) => Object.keys(each))
  const unknown = [...new Set(named)].filter((each) => !Object.hasOwn(standardAttributes, each))
  return {
    set,
    ...filled({ setOnce, increment, add, remove }),
    ...(unknown.length > 0 ? { unknown } : {}),
    ...(body.tags === undefined ? {} : { tags: readTags(body.tags) }),
    ...(identify.length > 0 ? { identify } : {}),
    ...(disown.length > 0 ? { disown } : {}),
  }
}

/** The key of a path, and what it sets on a profile that is made for it. */
export function keyedBy(
  field: string,
  kind: string,
  value: string,
): { key: Key; changes: Pick<Changes, 'set' | 'identify'> } {
  const identifier = readIdentifier(field, kind, value)
  const key = { identifier }
  if (kind === EMAIL) return { key, changes: { set: { [EMAIL]: value.trim() } } }
  return { key, changes: { set: {}, identify: [identifier] } }
}

function assertOneWay(body: Body): void {
  const taken = new Map<string, string>()
  for (const way of ways) {
    const named = body[way] ?? {}
    for (const each of Array.isArray(named) ? named : Object.keys(named)) {
      if (each === '__proto__') throw invalidField(way, '"__proto__" is not allowed as a name.')
      const earlier = taken.get(each)
      if (earlier !== undefined && !(way === 'remove' && earlier === 'add')) {
        throw invalidField(`${way}.${each}`, `The attribute is in "${earlier}" already.`)
      }
      taken.set(each, way)
    }
  }
}

function readOwned(map: JsonObject): { identify: Identifier[]; disown: string[] } {
  const identify: Identifier[] = []
  const disown: string[] = []
  for (const [kind, value] of Object.entries(map)) {
    const field = `identifiers.${kind}`
    if (kind === EMAIL) {
      throw invalidField(field, 'The e-mail address is an attribute: write it with "set".')
    }
    if (typeof value === 'string') identify.push(readIdentifier(field, kind, value))
    else disown.push(kind)
  }
  return { identify, disown }
}

function readTags(given: NonNullable<Body['tags']>): NonNullable<Changes['tags']> {
  if (Array.isArray(given)) return { replace: [...new Set(given)] }
  const { add = [], remove = [] } = given
  return { add: [...new Set(add)], remove: [...new Set(remove)] }
}

function filled<T extends { [name: string]: object }>(maps: T): Partial<T> {
  const entries = Object.entries(maps).filter(([, each]) => Object.keys(each).length > 0)
  return Object.fromEntries(entries) as Partial<T>
}
