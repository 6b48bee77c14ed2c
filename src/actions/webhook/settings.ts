import { connectionHeaders, headerNamePattern, signatureHeaders } from '../../core/header-names.ts'
import type { JsonObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'

/** Headers that Roster adds itself, and those of the connection: not for a rule to choose. */
const ownHeaders: readonly string[] = [
  ...[...signatureHeaders, 'content-type', 'authorization', 'cookie', ...connectionHeaders],
]

export const webhookLimits = {
  /** Headers of a rule's own. */
  headersMax: 32,
  /** Bytes in the name of a header, and UTF-16 code units in its value. */
  headerNameLengthMax: 128,
  headerValueLengthMax: 2_048,
  bodyBytesMax: limits.deliveryBodyBytesMax,
} as const

const text = { type: 'string' }

/** JSON Schema of `with`. */
export const webhookSettings: JsonObject = {
  type: 'object',
  properties: {
    destination: { ...text, description: 'the name of a destination' },
    method: { enum: ['POST', 'PUT', 'PATCH', 'DELETE', 'GET'] },
    headers: {
      type: 'object',
      propertyNames: {
        pattern: headerNamePattern(ownHeaders),
        maxLength: webhookLimits.headerNameLengthMax,
        description: `the name of a header, and none that Roster sets itself: ${ownHeaders.join(', ')}`,
      },
      additionalProperties: { ...text, description: 'text' },
      maxProperties: webhookLimits.headersMax,
      description: `a map of at most ${webhookLimits.headersMax} headers to texts`,
    },
    body: { ...text, description: 'text; JSON unless "content_type" says otherwise' },
    json: { description: 'what the JSON body is made of' },
    payload: { ...text, description: "the name of a vendor's payload" },
    form: {
      type: 'object',
      additionalProperties: { ...text, description: 'text' },
      description: 'a map of names to texts',
    },
    content_type: {
      ...text,
      pattern: '^[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(; ?[A-Za-z0-9-]+=[A-Za-z0-9._-]+)*$',
      maxLength: 128,
      description: 'a media type such as text/plain, and never a template',
    },
  },
  required: ['destination'],
  additionalProperties: false,
  allOf: [
    excluded(['body', 'json'], 'with "body" or "json", not both'),
    excluded(['body', 'form'], 'with "body" or "form", not both'),
    excluded(['json', 'form'], 'with "json" or "form", not both'),
    excluded(['payload', 'body'], 'with "payload" or "body", not both'),
    excluded(['payload', 'form'], 'with "payload" or "form", not both'),
    {
      anyOf: [{ not: { required: ['content_type'] } }, { required: ['body'] }],
      description: 'with "body" where there is "content_type"',
    },
    {
      anyOf: [
        { not: { properties: { method: { const: 'GET' } }, required: ['method'] } },
        {
          not: { anyOf: ['body', 'json', 'form', 'payload'].map((name) => ({ required: [name] })) },
        },
      ],
      description: 'without a body where the method is GET',
    },
  ],
}

function excluded(names: string[], description: string): JsonObject {
  return { not: { required: names }, description }
}
