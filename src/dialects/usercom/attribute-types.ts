import { instantOf } from '../../core/instant.ts'
import type { JsonValue } from '../../core/json.ts'
import { boolean, integer } from './coerce.ts'

/** The vendor's types of a custom attribute, by their words; its numbers are the places from 1. */
export const valueTypes = [
  ...(['boolean', 'integer', 'date', 'string', 'datetime', 'fixed_choice', 'float'] as const),
  'json',
] as const

export type ValueType = (typeof valueTypes)[number]

/** What decides on the values of an attribute. */
export interface TypedAttribute {
  type: ValueType
  choices: readonly string[]
  /** Whether several of the choices may be given. */
  multiple: boolean
}

/** The type that a first value gives an attribute which nobody has defined (wire notes 7). */
export function inferType(value: JsonValue): ValueType {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  return typeof value === 'string' ? 'string' : 'json'
}

/**
 * The value as the attribute stores it: converted where it can be, null to clear, and undefined for
 * what cannot be, which the vendor passes over without a word.
 */
export function convert(value: JsonValue, attribute: TypedAttribute): JsonValue | undefined {
  if (value === null) return null
  const { type } = attribute
  if (value === '' && type !== 'string' && type !== 'json') return null
  switch (type) {
    case 'json':
      return value
    case 'string':
      return typeof value === 'string' ? value : textOf(value)
    case 'boolean':
      return boolean(value, '', []) ?? undefined
    case 'integer':
      return integer(value, '', []) ?? undefined
    case 'float':
      return numberOf(value)
    case 'date':
      return dateOf(value)
    case 'datetime':
      return dateTimeOf(value)
    case 'fixed_choice':
      return choiceOf(value, attribute)
  }
}

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function numberOf(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) {
    return undefined
  }
  const read = Number(value)
  const exact = Number.isFinite(read) && (!Number.isInteger(read) || Number.isSafeInteger(read))
  return exact ? read : undefined
}

function dateOf(value: JsonValue): string | undefined {
  const at = instantOf(value)
  if (at === null) return undefined
  // The day as it was written, wherever that was.
  const written = typeof value === 'string' ? /^\d{4}-\d\d-\d\d/.exec(value)?.[0] : undefined
  return written ?? new Date(at).toISOString().slice(0, 10)
}

function dateTimeOf(value: JsonValue): string | undefined {
  const at = instantOf(value)
  if (at === null) return undefined
  return typeof value === 'string' ? value : new Date(at).toISOString()
}

function choiceOf(value: JsonValue, { choices, multiple }: TypedAttribute): JsonValue | undefined {
  if (!Array.isArray(value)) return choices.find((choice) => choice === textOf(value))
  if (!multiple) return undefined
  const read = value.map((entry) => choices.find((choice) => choice === textOf(entry ?? null)))
  return read.every((entry) => entry !== undefined) ? read : undefined
}
