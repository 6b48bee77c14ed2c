import { randomBytes } from 'node:crypto'
import Type from 'typebox'
import { isExternal } from '../../core/action.ts'
import type { Dialect } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import { rulesFileSchema } from '../../core/rule-schema-json.ts'
import { defineRoute } from './route.ts'
import { closed } from './schemas.ts'

/* What this server speaks and can do, for programs that show it to people. */

const dialect = Type.Object(
  {
    id: Type.String(),
    scopes: Type.Array(Type.String(), { description: 'what its tokens can be limited to' }),
    token_fields: Type.Array(Type.String(), { description: 'the parts a token is shown in' }),
    samples: Type.Array(Type.Object({ title: Type.String(), command: Type.String() }, closed), {
      description: 'shell commands with the parts of a token in braces, such as {token}',
    }),
  },
  { ...closed, 'x-name': 'Dialect', description: "one vendor's HTTP language, or Roster's own" },
)

export const listDialects = defineRoute({
  method: 'GET',
  path: '/dialects',
  scope: 'tokens:read',
  operation: 'listDialects',
  resource: 'tokens',
  summary: 'List the dialects a token can be made for, with calls to try',
  answers: {
    200: {
      description: 'The dialects',
      schema: Type.Object({ data: Type.Array(dialect) }, closed),
    },
  },
  async handle({ parts, raw }) {
    const data = parts.dialects.map((each) => shownDialect(each, raw.head.baseUrl))
    return { status: 200, body: { data } }
  },
})

export const getRuleSchema = defineRoute({
  method: 'GET',
  path: '/rule-schema',
  scope: 'rules:read',
  operation: 'getRuleSchema',
  resource: 'rules',
  summary: 'Read the JSON Schema of a rules file, with the settings of every action',
  answers: {
    200: { description: 'The schema', schema: Type.Record(Type.String(), Type.Unknown()) },
  },
  async handle({ parts }) {
    const { actions } = parts.grammar
    const external = [...actions.values()].filter(isExternal)
    const types = [...new Set(external.map(({ destinationType }) => destinationType))]
    return { status: 200, body: rulesFileSchema(actions, types) }
  },
})

function shownDialect(each: Dialect, baseUrl: string): JsonObject {
  // The names of a token's parts are in what is made and nowhere else; this one opens nothing.
  const fields = Object.keys(each.tokens.make(randomBytes).shown)
  const inBraces = Object.fromEntries(fields.map((name) => [name, `{${name}}`]))
  const inEndpoints = each.endpoints.map(({ scope }): string => scope)
  return {
    id: each.id,
    scopes: [...new Set([...inEndpoints, ...(each.scopes ?? [])])],
    token_fields: fields,
    samples: each.samples(baseUrl, inBraces).map(({ title, command }) => ({ title, command })),
  }
}
