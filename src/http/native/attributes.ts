import Type from 'typebox'
import { summariseAttributes } from '../../core/attribute-catalogue.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, page, time } from './schemas.ts'
import { shownTime } from './shown.ts'

/** Names told of, and profiles looked at. */
const sizes = { names: 2_000, profiles: 500 }

const attribute = Type.Object(
  {
    name: Type.String(),
    standard: nullable(Type.String({ description: 'the type of a standard attribute' })),
    first_seen: time,
    last_seen: nullable(time),
    types: Type.Record(Type.String(), Type.Integer(), { description: 'values by their type' }),
    fill_rate: Type.Number({ description: 'who has a value, from 0 to 1' }),
    sources: Type.Array(Type.String()),
  },
  { ...closed, 'x-name': 'AttributeSummary' },
)

export const listAttributes = defineRoute({
  method: 'GET',
  path: '/attributes',
  scope: 'profiles:read',
  operation: 'listAttributes',
  resource: 'attributes',
  summary: 'List the attributes that are stored, and what their values are like',
  description: `\`first_seen\` is exact. All else is told from a sample of up to ${sizes.profiles} profiles, spread evenly over all of them; with fewer profiles it is exact too. At most ${sizes.names} attributes are told of, in the order of their first use.`,
  query: Type.Object(shortPaging(sizes.names), closed),
  answers: {
    200: {
      description: 'The attributes',
      schema: Type.Object(
        {
          sampled_profiles: Type.Integer({ minimum: 0 }),
          ...page(attribute).properties,
        },
        closed,
      ),
    },
  },
  async handle({ store, workspace, query }) {
    const { names, profiles } = await store.sampleAttributes(workspace.id, sizes)
    const { limit = sizes.names } = query
    const asked = { ...query, limit }
    const { page: shown, next_cursor } = pageOf(names, ({ name }) => name, asked)
    const data = summariseAttributes(shown, profiles).map((summary) => ({
      name: summary.name,
      standard: summary.standard,
      first_seen: shownTime(summary.firstAt),
      last_seen: shownTime(summary.lastAt),
      types: summary.types,
      fill_rate: summary.fillRate,
      sources: summary.sources,
    }))
    return { status: 200, body: { sampled_profiles: profiles.length, data, next_cursor } }
  },
})
