import { booleanWords } from '../../core/attributes.ts'
import type { FieldFault } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'

/**
 * Reads one value the way the vendor's framework does, so that a form, where everything is text,
 * and JSON give the same. Answers the value to store, null to clear, or undefined after adding what
 * was wrong to `faults`. The messages are the framework's own (wire notes 2.5).
 */
export type ReadValue = (
  value: JsonValue,
  field: string,
  faults: FieldFault[],
) => JsonValue | undefined

/** Text, trimmed; numbers become text. Null and empty text clear. */
export function text(lengthMax: number): ReadValue {
  return (value, field, faults) => readText(value, field, faults, lengthMax)
}

/** The same, and it has to be an address. */
export function email(lengthMax: number): ReadValue {
  return (value, field, faults) => {
    const read = readText(value, field, faults, lengthMax)
    if (typeof read !== 'string' || isEmail(read)) return read
    return refuse(faults, field, 'Enter a valid email address.')
  }
}

/** A whole number, also as text. Null is refused. */
export const integer: ReadValue = (value, field, faults) => {
  if (value === null) return refuse(faults, field, 'This field may not be null.')
  const read = typeof value === 'string' && integerText.test(value) ? Number(value) : value
  if (Number.isSafeInteger(read)) return read
  return refuse(faults, field, 'A valid integer is required.')
}

/** A whole number; null and empty text clear. */
export const integerOrNothing: ReadValue = (value, field, faults) =>
  value === null || value === '' ? null : integer(value, field, faults)

/** True or false in any of the framework's spellings. Null is refused. */
export const boolean: ReadValue = (value, field, faults) => {
  if (typeof value === 'boolean') return value
  if (value === null) return refuse(faults, field, 'This field may not be null.')
  if (typeof value === 'string' || typeof value === 'number') {
    const read = booleanWords.get(String(value).trim().toLowerCase())
    if (read !== undefined) return read
  }
  return refuse(faults, field, 'Must be a valid boolean.')
}

/** One of `words`, given as its number from 1 on or as the word itself; stored as the word. */
export function choice(words: readonly string[]): ReadValue {
  const known = new Map(
    words.flatMap(
      (word, at) =>
        [
          [word, word],
          [String(at + 1), word],
        ] as const,
    ),
  )
  return (value, field, faults) => {
    if (value === null) return refuse(faults, field, 'This field may not be null.')
    const spelt = typeof value === 'string' ? value.trim() : typeof value === 'number' ? value : ''
    const read = known.get(String(spelt))
    return read ?? refuse(faults, field, `"${shown(value)}" is not a valid choice.`)
  }
}

export function readText(
  value: JsonValue,
  field: string,
  faults: FieldFault[],
  lengthMax: number,
): string | null | undefined {
  if (value === null) return null
  if (typeof value !== 'string' && typeof value !== 'number') {
    return refuse(faults, field, 'Not a valid string.')
  }
  const read = String(value).trim()
  // The vendor counts characters, so pairs of surrogates count once.
  if (read.length > lengthMax && [...read].length > lengthMax) {
    return refuse(faults, field, `Ensure this field has no more than ${lengthMax} characters.`)
  }
  return read === '' ? null : read
}

/**
 * As strict as the vendor's framework where it matters: one host with a dot in it, or localhost.
 */
export function isEmail(address: string): boolean {
  const at = address.lastIndexOf('@')
  if (at < 1 || at > 64 || !localPart.test(address.slice(0, at))) return false
  const host = address.slice(at + 1)
  if (host === 'localhost') return true
  const labels = host.split('.')
  return labels.length > 1 && labels.every((label) => label.length <= 63 && hostLabel.test(label))
}

const localPart = /^[^\s@"(),:;<>[\\\]\p{Cc}]+$/u
const hostLabel = /^(?!-)[\p{L}\p{M}\p{N}-]+(?<!-)$/u
const integerText = /^\s*[+-]?\d{1,16}(?:\.0*)?\s*$/

/** What the caller sent, as the vendor's language would print it, bounded. */
function shown(value: JsonValue): string {
  const whole =
    typeof value === 'boolean'
      ? value
        ? 'True'
        : 'False'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return whole.length > 100 ? `${whole.slice(0, 100).toWellFormed()}...` : whole
}

function refuse(faults: FieldFault[], field: string, message: string): undefined {
  faults.push({ field, message })
  return undefined
}
