import Type, { type Static } from 'typebox'
import type { Condition } from '../../core/condition.ts'
import { isObject, type JsonValue } from '../../core/json.ts'
import type { ProfileFilter, ProfileOrder } from '../../core/profile-query.ts'
import { checkCondition } from '../../core/rule-schema-conditions.ts'
import { parseJson } from '../../lib/parse-json.ts'
import { readIdentifier, readTime } from './read-fields.ts'
import { asFault } from './read-input.ts'
import { defineRoute } from './route.ts'
import { closed, page, paging, profile, timeIn } from './schemas.ts'
import { shownProfile } from './shown.ts'

const filters = {
  kind: Type.Optional(Type.String({ description: 'a kind of identifier, with value or prefix' })),
  value: Type.Optional(Type.String({ description: 'the value of the identifier' })),
  prefix: Type.Optional(Type.String({ minLength: 1, description: 'how the identifier begins' })),
  phone: Type.Optional(
    Type.String({ minLength: 1, description: 'a phone number as it is stored' }),
  ),
  name: Type.Optional(
    Type.String({ minLength: 1, description: 'how the shown name or the e-mail address begins' }),
  ),
  created_since: Type.Optional(timeIn),
  created_until: Type.Optional(timeIn),
  updated_since: Type.Optional(timeIn),
  updated_until: Type.Optional(timeIn),
}

const order = {
  order_by: Type.Optional(
    Type.Union(
      ['id', 'created', 'updated'].map((word) => Type.Literal(word)),
      { description: 'id, created or updated' },
    ),
  ),
  order: Type.Optional(
    Type.Union([Type.Literal('asc'), Type.Literal('desc')], { description: 'asc or desc' }),
  ),
  total: Type.Optional(Type.Boolean({ description: 'true or false; true counts all of them too' })),
}

const query = Type.Object(
  {
    ...paging,
    ...filters,
    ...order,
    where: Type.Optional(
      Type.String({ description: "a rule's condition on the profile, as JSON in one parameter" }),
    ),
  },
  closed,
)

type Asked = Static<typeof query>

export const listProfiles = defineRoute({
  method: 'GET',
  path: '/profiles',
  scope: 'profiles:read',
  operation: 'listProfiles',
  resource: 'profiles',
  summary: 'List and search profiles',
  description:
    'Every filter has to hold. `where` is a condition as rules have it, such as `{"all": [{"profile": "country", "is": "NL"}, {"tag": "vip"}]}`. Identifiers, beginnings of names, phone numbers, tags, times of creation and attributes that the setting `indexed_attributes` names are found at once; what no index leads to is searched for two seconds, and refused with `query_timeout` when that is not enough. What is searched by a beginning comes in the order of what begins so, all else by id, unless `order_by` or `order=desc` says otherwise.',
  query,
  answers: {
    200: {
      description: 'A page of profiles; `total` is null unless it was asked for',
      schema: Type.Object(
        {
          ...page(profile).properties,
          total: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]),
        },
        closed,
      ),
    },
  },
  refuses: ['query_timeout'],
  async handle({ store, workspace, query: asked }) {
    const { limit = 50, cursor } = asked
    const found = await store.queryProfiles(workspace.id, {
      filter: readFilter(asked),
      order: readOrder(asked),
      page: { after: cursor, limit },
      total: asked.total === true,
    })
    const data = found.profiles.map(shownProfile)
    return { status: 200, body: { data, next_cursor: found.next, total: found.total } }
  },
})

/** A list of what begins in some way has an order of its own, which an index has it in. */
function readOrder({ order_by, order: direction, prefix, name }: Asked): ProfileOrder {
  const isPlain = order_by === undefined && direction !== 'desc'
  if (isPlain && (prefix !== undefined || name !== undefined)) return { by: 'prefix' }
  const by = (order_by ?? 'id') as 'id' | 'created' | 'updated'
  return { by, descending: direction === 'desc' }
}

function readFilter(asked: Asked): ProfileFilter {
  const { phone, name } = asked
  const created = readRange(asked, 'created')
  const updated = readRange(asked, 'updated')
  return {
    ...readNamed(asked),
    ...(phone === undefined ? {} : { phones: [phone] }),
    ...(name === undefined ? {} : { name }),
    ...(created ? { created } : {}),
    ...(updated ? { updated } : {}),
    ...(asked.where === undefined ? {} : { where: readCondition(asked.where) }),
  }
}

function readNamed({ kind, value, prefix }: Asked): Pick<ProfileFilter, 'identifier'> {
  if (kind === undefined && value === undefined && prefix === undefined) return {}
  if (kind === undefined || (value === undefined) === (prefix === undefined)) {
    const message = 'Comes with exactly one of "value" and "prefix".'
    throw asFault([{ path: ['kind'], message }])
  }
  if (value !== undefined) return { identifier: readIdentifier('value', kind, value) }
  return { identifier: { kind, prefix: prefix as string } }
}

function readRange(asked: Asked, of: 'created' | 'updated'): ProfileFilter['created'] | null {
  const from = readTime(`${of}_since`, asked[`${of}_since`])
  const until = readTime(`${of}_until`, asked[`${of}_until`])
  if (from === undefined && until === undefined) return null
  return { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { until }) }
}

/** A condition that looks at nothing but the profile: there is no event to look at here. */
function readCondition(text: string): Condition {
  const parsed = parseJson(text)
  if ('wrong' in parsed) throw asFault([{ path: ['where'], message: parsed.wrong }])
  const faults = checkCondition(parsed.value, ['where'])
  if (faults.length > 0) throw asFault(faults)
  if (looksBeyond(parsed.value)) {
    const message = 'Must look at "profile" and "tag" alone; there is no event here.'
    throw asFault([{ path: ['where'], message }])
  }
  return parsed.value as Condition
}

function looksBeyond(condition: JsonValue): boolean {
  if (Array.isArray(condition)) return condition.some(looksBeyond)
  if (!isObject(condition)) return false
  if (Object.hasOwn(condition, 'event') || Object.hasOwn(condition, 'changed')) return true
  return ['all', 'any', 'not'].some((part) => looksBeyond(condition[part] ?? null))
}
