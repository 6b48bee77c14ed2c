import type { JsonValue } from '../../core/json.ts'
import { localTime, readLocalTime } from './local-time.ts'

export const fieldTypes = [
  ...(['integer', 'float', 'date', 'empty_date', 'datetime', 'empty_datetime', 'text'] as const),
  ...(['email', 'phone', 'phone_fax', 'phone_gsm', 'select', 'big', 'foreign_key'] as const),
] as const

export type FieldType = (typeof fieldTypes)[number]

/** What decides how a value is read and shown. */
export interface TypedField {
  type: FieldType
  /** The choices of a `select`. */
  choices: readonly string[]
}

export function isNumber(type: FieldType): boolean {
  return type === 'integer' || type === 'float' || type === 'foreign_key'
}

export function isTime(type: FieldType): boolean {
  return /date/.test(type)
}

/**
 * A value as it is stored: numbers as numbers, all else as text (wire notes 5.2). Null where the
 * field has nothing in it, which is how an empty text is kept.
 */
export function readValue(value: JsonValue, field: TypedField, now: number): JsonValue {
  const { type } = field
  if (isNumber(type)) return readNumber(value, type)
  const text = readText(value)
  if (isTime(type)) return readTime(text, type, now)
  if (type === 'select' && !field.choices.includes(text)) return null
  return text === '' ? null : text
}

/** A stored value as its field shows it; whatever it is, it is shown as text. */
export function showValue(value: JsonValue | undefined, type: FieldType): string {
  const text = showText(value)
  if (text !== '') return text
  if (isNumber(type)) return '0'
  if (type === 'date') return '0000-00-00'
  return type === 'datetime' ? '0000-00-00 00:00:00' : ''
}

/** Empty for what text cannot say. */
export function showText(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  return typeof value === 'boolean' ? String(Number(value)) : ''
}

/** What PHP makes of it: lists and maps become nothing. */
function readText(value: JsonValue): string {
  if (value === true) return '1'
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function readNumber(value: JsonValue, type: FieldType): number {
  const number = typeof value === 'boolean' ? Number(value) : Number.parseFloat(readText(value))
  if (!Number.isFinite(number)) return 0
  if (type === 'float') return number
  const whole = Math.trunc(number)
  return Math.min(Math.max(whole, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER) + 0
}

function readTime(text: string, type: FieldType, now: number): string | null {
  const at = readLocalTime(text, now)
  if (at === null) return null
  const time = localTime(at)
  return /datetime/.test(type) ? time : time.slice(0, 10)
}
