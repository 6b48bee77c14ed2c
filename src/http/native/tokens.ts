import Type from 'typebox'
import { allowsScope, type Dialect, type Scope } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import type { Token } from '../../storage/store.ts'
import type { NativeCall } from './call.ts'
import { dryAnswer, dryQuery, orTried, wouldChange } from './dry-run.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { asFault } from './read-input.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, page, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const rateLimit = Type.Union([Type.Literal('off'), Type.Literal('vendor')], {
  description: 'off or vendor: whether its calls are held to the limits that its vendor states',
})

const token = Type.Object(
  {
    public_part: Type.String(),
    dialect: Type.String(),
    scopes: Type.Array(Type.String(), { description: 'none means every call of the dialect' }),
    label: Type.String(),
    rate_limit: rateLimit,
    created_at: time,
    revoked_at: nullable(time),
  },
  { ...closed, 'x-name': 'Token', description: 'a token without its secret' },
)

export const listTokens = defineRoute({
  method: 'GET',
  path: '/tokens',
  scope: 'tokens:read',
  operation: 'listTokens',
  resource: 'tokens',
  summary: "List the workspace's tokens, revoked ones too",
  query: Type.Object(shortPaging(), closed),
  answers: { 200: { description: 'A page of tokens', schema: page(token) } },
  async handle({ store, workspace, query }) {
    const tokens = await store.listTokens(workspace.id)
    const { page: shown, next_cursor } = pageOf(tokens, ({ publicPart }) => publicPart, query)
    return { status: 200, body: { data: shown.map(shownToken), next_cursor } }
  },
})

export const createToken = defineRoute({
  method: 'POST',
  path: '/tokens',
  scope: 'tokens:write',
  operation: 'createToken',
  once: true,
  resource: 'tokens',
  summary: 'Make a token',
  description:
    'The secret is in this answer and nowhere else. A token may hand out no scope that it does not have itself.',
  body: Type.Object(
    {
      dialect: Type.String({ description: 'the dialect the token is for' }),
      scopes: Type.Optional(Type.Array(Type.String(), { description: 'a list of scopes' })),
      label: Type.Optional(
        Type.String({ maxLength: limits.nameLengthMax, description: 'a word to tell it by' }),
      ),
      rate_limit: Type.Optional(rateLimit),
    },
    closed,
  ),
  answers: {
    201: {
      description: "The token, in the shape its dialect's clients ask for",
      schema: Type.Object({ token: Type.Record(Type.String(), Type.String()) }, closed),
    },
  },
  async handle(call) {
    const { store, workspace, body, parts, actor } = call
    const dialect = findDialect(parts.dialects, body.dialect)
    const { label = '', rate_limit = 'off' } = body
    assertText('label', label, limits.nameLengthMax)
    const scopes = [...new Set(body.scopes ?? [])]
    assertKnown(dialect, scopes)
    assertMayGrant(call.token, scopes)
    assertLimits(dialect, rate_limit)
    const shown = await parts.createToken(store, dialect, workspace.id, {
      ...{ scopes, label, rateLimit: rate_limit, by: actor },
    })
    return { status: 201, body: { token: shown } }
  },
})

export const limitToken = defineRoute({
  method: 'PATCH',
  path: '/tokens/:public_part',
  scope: 'tokens:write',
  operation: 'limitToken',
  once: true,
  resource: 'tokens',
  summary: "Hold a token to its vendor's limits on calls, or let it be",
  description: 'It holds from the next call on, on other nodes within a second.',
  params: Type.Object({ public_part: Type.String() }),
  query: dryQuery,
  body: Type.Object({ rate_limit: rateLimit }, closed),
  answers: { 200: orTried('The token as it is now', token) },
  refuses: ['not_found'],
  async handle({ store, workspace, params, query, body, parts, actor }) {
    const find = async () => {
      const tokens = await store.listTokens(workspace.id)
      return tokens.find(({ publicPart }) => publicPart === params.public_part)
    }
    const was = await find()
    if (was) assertLimits(findDialect(parts.dialects, was.dialect), body.rate_limit)
    if (query.dry_run && was?.revokedAt === null) {
      return dryAnswer({ rate_limit: was.rateLimit }, { rate_limit: body.rate_limit })
    }
    if (query.dry_run) throw noSuchToken()
    const limited = was && (await store.limitToken(params.public_part, body.rate_limit, actor))
    const found = limited && (await find())
    if (found) return { status: 200, body: shownToken(found) }
    throw noSuchToken()
  },
})

export const revokeToken = defineRoute({
  method: 'DELETE',
  path: '/tokens/:public_part',
  scope: 'tokens:write',
  operation: 'revokeToken',
  once: true,
  resource: 'tokens',
  summary: 'Revoke a token',
  description: 'It is refused on the next call, on other nodes within a second.',
  params: Type.Object({ public_part: Type.String() }),
  query: dryQuery,
  answers: {
    200: { description: 'What a dry run would come to', schema: wouldChange },
    204: { description: 'Revoked' },
  },
  refuses: ['not_found'],
  async handle({ store, workspace, params, query, actor, now }) {
    const tokens = await store.listTokens(workspace.id)
    const found = tokens.find(({ publicPart }) => publicPart === params.public_part)
    if (query.dry_run && found?.revokedAt === null) {
      return dryAnswer({ revoked_at: null }, { revoked_at: shownTime(now) })
    }
    if (query.dry_run || !found || !(await store.revokeToken(params.public_part, actor))) {
      throw noSuchToken()
    }
    return { status: 204 }
  },
})

function assertLimits({ id, rateLimit: own }: Dialect, word: string): void {
  if (word === 'off' || own) return
  throw invalidField('rate_limit', `The vendor of ${id} states no limits on calls.`)
}

function noSuchToken(): Fault {
  return new Fault('not_found', { message: 'There is no such live token in this workspace.' })
}

function shownToken(each: Token): JsonObject {
  return {
    public_part: each.publicPart,
    dialect: each.dialect,
    scopes: each.scopes,
    label: each.label,
    rate_limit: each.rateLimit,
    created_at: shownTime(each.createdAt),
    revoked_at: shownTime(each.revokedAt),
  }
}

function findDialect(dialects: readonly Dialect[], word: string): Dialect {
  const found = dialects.find(({ id }) => id === word)
  if (found) return found
  const unknown = { word, known: dialects.map(({ id }) => id) }
  const message = `There is no such dialect. There are: ${unknown.known.join(', ')}.`
  throw asFault([{ path: ['dialect'], message, unknown }])
}

/** A scope that no call of the dialect asks for would make a token that can do nothing. */
function assertKnown(dialect: Dialect, scopes: readonly string[]): void {
  const inEndpoints = dialect.endpoints.map(({ scope }): string => scope)
  const known = [...new Set([...inEndpoints, ...(dialect.scopes ?? [])])]
  const faults = scopes.flatMap((word, index) => {
    if (known.includes(word)) return []
    const message = `${dialect.id} has no such scope. It has: ${known.join(', ')}.`
    return [{ path: ['scopes', index], message, unknown: { word, known } }]
  })
  if (faults.length > 0) throw asFault(faults)
}

/** No token can make one that may do more than it may itself. */
function assertMayGrant(
  own: NativeCall<unknown, unknown, unknown>['token'],
  scopes: readonly string[],
): void {
  const all = scopes.length === 0 && own.scopes.length > 0
  const beyond = scopes.find((scope) => !allowsScope(own.scopes, scope as Scope))
  if (!all && beyond === undefined) return
  const what = all ? 'a token for every call' : `the scope ${beyond}`
  throw new Fault('forbidden', { message: `This token may not hand out ${what}.` })
}
