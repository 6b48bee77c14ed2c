import { readFileSync } from 'node:fs'
import type { TSchema } from 'typebox'
import { type FaultCode, faultTable } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { nativePath, nativeScopes } from './dialect.ts'
import { headersOf, type NativeRoute, refusalsOf } from './route.ts'
import { problem } from './schemas.ts'

/** What any call may be refused with. */
const alwaysRefuses: readonly FaultCode[] = [
  'missing_credentials',
  'malformed_credentials',
  'invalid_credentials',
  'forbidden',
  'header_not_taken',
  'too_many_requests',
  'unavailable',
  'internal',
]

/** The OpenAPI document of the native API, made of nothing but its routes. */
export function buildDocument(routes: readonly NativeRoute[]): JsonObject {
  const schemas: JsonObject = {}
  const paths: { [path: string]: JsonObject } = {}
  for (const route of routes) {
    const path = nativePath + route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] ??= {}
    paths[path][route.method.toLowerCase()] = operationOf(route, schemas)
  }
  place(problem, schemas)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Roster',
      version: packageVersion(),
      description:
        'One current record of every user, and what should happen when it changes. Times are UTC; what is not known is refused, with what was perhaps meant.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(routes.map(({ resource }) => resource))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `A token of the dialect "native". Scopes: ${nativeScopes.join(', ')}.`,
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  }
}

function operationOf(route: NativeRoute, schemas: JsonObject): JsonObject {
  const bodied: readonly FaultCode[] = [
    ...['malformed_body', 'body_too_large', 'unsupported_media_type'],
    ...['request_timeout', 'outcome_unknown'],
  ] as FaultCode[]
  const refusals = [
    ...(route.body || route.query || route.params ? ['invalid_field' as const] : []),
    ...(route.method === 'GET' ? [] : bodied),
    ...refusalsOf(route),
    ...alwaysRefuses,
  ]
  const answers = Object.entries(route.answers).map(([status, answer]) => {
    const type = answer.contentType ?? 'application/json'
    const schema = answer.schema ? place(answer.schema, schemas) : { type: 'string' }
    const hasBody = answer.schema !== undefined || answer.contentType !== undefined
    const headers = Object.fromEntries(
      (answer.headers ?? []).map((name): [string, JsonValue] => [name, headersOut[name] ?? {}]),
    )
    const shown: JsonObject = {
      description: answer.description,
      ...(answer.headers ? { headers } : {}),
      ...(hasBody ? { content: { [type]: { schema } } } : {}),
    }
    return [status, shown] as const
  })
  const parameters = [
    ...parametersOf('path', route.params, schemas),
    ...parametersOf('query', route.query, schemas),
    ...headersOf(route).map((name) => headersIn[name]),
  ]
  return {
    operationId: route.operation,
    tags: [route.resource],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: [{ token: [route.scope] }],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: bodyOf(route.body, schemas) } : {}),
    responses: { ...Object.fromEntries(answers), ...refusalAnswers(refusals) },
  }
}

function bodyOf(body: TSchema, schemas: JsonObject): JsonObject {
  return { required: true, content: { 'application/json': { schema: place(body, schemas) } } }
}

function parametersOf(
  where: 'path' | 'query',
  schema: NativeRoute['query'],
  schemas: JsonObject,
): JsonObject[] {
  return Object.entries((schema?.properties ?? {}) as { [name: string]: TSchema }).map(
    ([name, property]): JsonObject => ({
      name,
      in: where,
      required: where === 'path',
      schema: place(property, schemas),
    }),
  )
}

/** One entry a status: the codes that come with it. */
function refusalAnswers(codes: readonly FaultCode[]): JsonObject {
  const byStatus = new Map<number, FaultCode[]>()
  for (const code of new Set(codes)) {
    const { status } = faultTable[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const sorted = [...byStatus].sort(([a], [b]) => a - b)
  return Object.fromEntries(
    sorted.map(([status, all]): [string, JsonValue] => [
      String(status),
      {
        description: all.map((code) => `\`${code}\`: ${faultTable[code].text}`).join(' '),
        content: {
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        },
      },
    ]),
  )
}

/** A schema as plain JSON; those with a name of their own go among the components. */
function place(schema: unknown, schemas: JsonObject): JsonValue {
  if (Array.isArray(schema)) return schema.map((entry) => place(entry, schemas))
  if (!isObject(schema)) return schema as JsonValue
  const { 'x-name': name, ...rest } = schema
  const plain = () =>
    Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, place(value, schemas)]))
  if (typeof name !== 'string') return plain()
  if (!Object.hasOwn(schemas, name)) {
    schemas[name] = null
    schemas[name] = plain()
  }
  return { $ref: `#/components/schemas/${name}` }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

const headersIn: { [name in NonNullable<NativeRoute['takes']>[number]]: JsonObject } = {
  'idempotency-key': {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Calls with one key, token and address are one call; a repeat is answered alike.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
  'if-match': {
    name: 'If-Match',
    in: 'header',
    description: 'The version the profile must have, as the ETag of an answer has it.',
    schema: { type: 'string' },
  },
  'if-match-tag': {
    name: 'If-Match',
    in: 'header',
    description: 'The rules that must be in force, as the ETag of an answer has them.',
    schema: { type: 'string' },
  },
  'last-event-id': {
    name: 'Last-Event-ID',
    in: 'header',
    description: 'The id of the last event that was received.',
    schema: { type: 'string' },
  },
}

const headersOut: { [name: string]: JsonObject } = {
  etag: {
    description: 'The version of what is answered, for If-Match.',
    schema: { type: 'string' },
  },
}
