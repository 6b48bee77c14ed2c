import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { isObject, type JsonValue, own } from './json.ts'

/** Something wrong in data that a person wrote, and where. */
export interface DataFault {
  /** Names and list places from the outermost value to the wrong one, or to the misspelt name. */
  path: readonly (string | number)[]
  message: string
  /** Set when the name at the end of the path is wrong, and not what it stands for. */
  ofName?: true
  /** The word that is not known, and those that are: for a suggestion. */
  unknown?: { word: string; known: readonly string[] }
  /** The name that is missing where the path leads. */
  missing?: string
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

/**
 * What is wrong with a value under a schema, in words for the person who wrote it. A schema may say
 * in its `description` what it takes ("a name such as ..."), which then stands in the message.
 */
export function explainErrors(
  schema: TSchema,
  value: unknown,
  base: readonly (string | number)[],
): DataFault[] {
  if (Value.Check(schema, value)) return []
  const errors = Value.Errors(schema, value)
  const unions = errors
    .filter(({ keyword }) => keyword === 'anyOf')
    .map(({ schemaPath }) => schemaPath)
  const faults = errors
    // A union says it once for all its members, and a name that is not allowed is reported as such.
    .filter(({ schemaPath }) => !unions.some((union) => schemaPath.startsWith(`${union}/anyOf/`)))
    // A name that does not fit is reported by what it should have been.
    .filter(({ keyword }) => keyword !== 'boolean' && keyword !== 'propertyNames')
    .flatMap((error) => explain(error, schema, [...base, ...places(error.instancePath, value)]))
  return faults.filter(
    ({ path }, index) => faults.findIndex((other) => samePath(other.path, path)) === index,
  )
}

function explain(error: SchemaError, root: TSchema, path: (string | number)[]): DataFault[] {
  const schema = schemaAt(root, error.schemaPath)
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = isObject(schema.properties) ? Object.keys(schema.properties) : []
      return error.params.additionalProperties.map((word) => ({
        path: [...path, word],
        message: `"${word}" is not known here.`,
        ofName: true,
        unknown: { word, known },
      }))
    }
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        path,
        missing: name,
        message: `"${name}" is missing.`,
      }))
    case 'dependentRequired': {
      const { property, dependencies } = error.params
      const needed = dependencies.map((name) => `"${name}"`).join(', ')
      return [{ path, message: `${needed} is missing; "${property}" needs it.` }]
    }
    case 'minItems':
      if (error.params.limit > 1) return [{ path, message: `Must be ${describe(schema)}.` }]
      return [{ path, message: 'Must not be empty.' }]
    case 'maxItems':
      return [{ path, message: `Must not hold more than ${String(error.params.limit)} entries.` }]
    default:
      return [{ path, message: `Must be ${describe(schema)}.` }]
  }
}

/** What a schema takes, in words. */
function describe(schema: { [name: string]: unknown }): string {
  if (typeof schema.description === 'string') return schema.description
  if (Object.hasOwn(schema, 'const')) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => JSON.stringify(value)).join(' or ')
  }
  if (Array.isArray(schema.anyOf)) {
    return [...new Set(schema.anyOf.filter(isObject).map(describe))].join(' or ')
  }
  const words = { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number' }
  const type = String(schema.type)
  const length =
    typeof schema.maxLength === 'number' ? ` of 1 to ${schema.maxLength} characters` : ''
  return `${own<string>(words, type) ?? `a ${type}`}${length}`
}

function schemaAt(root: TSchema, path: string): { [name: string]: unknown } {
  let schema: unknown = root
  for (const part of parts(path))
    schema = isObject(schema) || Array.isArray(schema) ? at(schema, part) : {}
  return isObject(schema) ? schema : {}
}

/** The steps of a JSON pointer into a value; places in lists become numbers. */
function places(pointer: string, value: unknown): (string | number)[] {
  let inner = value
  return parts(pointer).map((part) => {
    const place = Array.isArray(inner) ? Number(part) : part
    inner = at(inner, part)
    return place
  })
}

function parts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function at(value: unknown, part: string): unknown {
  if (Array.isArray(value)) return value[Number(part)]
  return isObject(value) ? own<JsonValue>(value, part) : undefined
}

function samePath(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index])
}
