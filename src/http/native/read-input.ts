import type { TObject, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { type DataFault, explainErrors } from '../../core/explain-errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import { didYouMean } from '../../lib/nearest.ts'

/**
 * A value under its schema.
 *
 * @throws Fault `invalid_field` that names everything that is wrong with it.
 */
export function assertMatches(schema: TSchema, value: unknown): void {
  if (!compiled(schema).Check(value)) throw asFault(explainErrors(schema, value, []))
}

/** What is wrong with data, as the refusal of a call. */
export function asFault(faults: readonly DataFault[]): Fault {
  const fields = faults.map(asField)
  const [first] = fields
  const more = fields.length > 1 ? ` ${moreOf(fields.length - 1)}` : ''
  const where = first?.field ? `${first.field}: ` : ''
  const message = `${where}${first?.message ?? 'Something is wrong.'}${more}`
  return new Fault('invalid_field', { message, fields })
}

function moreOf(count: number): string {
  return count === 1 ? 'There is 1 more.' : `There are ${count} more.`
}

function asField({ path, message, unknown, missing }: DataFault): FieldFault {
  if (missing !== undefined) return { field: [...path, missing].join('.'), message: 'Is missing.' }
  const hint = unknown ? didYouMean(unknown.word, unknown.known).trim() : ''
  return { field: path.join('.'), message, ...(hint === '' ? {} : { hint }) }
}

/**
 * Query parameters in the types of their schema: text stands for numbers, `true` and `false`.
 *
 * @throws Fault `invalid_field` for a name that is not known, stands twice, or has a wrong value.
 */
export function readQuery(schema: TObject | undefined, query: string): unknown {
  const properties = (schema?.properties ?? {}) as { [name: string]: { type?: string } }
  const values: { [name: string]: JsonValue } = {}
  for (const [name, text] of new URLSearchParams(query)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (!property) {
      const unknown = { word: name, known: Object.keys(properties) }
      throw asFault([{ path: [name], message: 'There is no such parameter.', unknown }])
    }
    if (Object.hasOwn(values, name)) {
      throw asFault([{ path: [name], message: 'Stands more than once in the address.' }])
    }
    values[name] = fromText(name, text, property.type)
  }
  if (schema) assertMatches(schema, values)
  return values
}

/** Path parameters are text, and numbers where the schema says so. */
export function readParams(schema: TObject | undefined, params: { [name: string]: string }) {
  if (!schema) return {}
  const properties = schema.properties as { [name: string]: { type?: string } }
  const values = Object.fromEntries(
    Object.entries(params).map(([name, text]) => [
      name,
      fromText(name, text, properties[name]?.type),
    ]),
  )
  assertMatches(schema, values)
  return values
}

/** Text that is not of the type stays text, which the schema then refuses. */
function fromText(name: string, text: string, type: string | undefined): JsonValue {
  assertText(name, text, limits.stringLengthMax)
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text)
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

const validators = new WeakMap<TSchema, Validator>()

/** Compiled on first use: there are many schemas, and a start should not wait for them. */
function compiled(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known) return known
  const made = Compile(schema) as unknown as Validator
  validators.set(schema, made)
  return made
}
