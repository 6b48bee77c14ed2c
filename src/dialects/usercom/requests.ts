import type { DialectResponse } from '../../core/dialect.ts'
import { Fault, type FieldFault } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { type ReadValue, readText } from './coerce.ts'
import { notAnObject, typeName } from './user-body.ts'

/** The vendor says of an answer without a body that it has none (wire notes 2.4). */
export const noContent: DialectResponse = { status: 204, headers: { 'content-length': '0' } }

/** The answer of calls that have nothing to show. */
export const done: DialectResponse = { status: 200, body: { status: 'ok' } }

/** @throws Fault `invalid_field` for a body that is no object; none at all is an empty one. */
export function readObject(body: JsonValue | undefined): JsonObject {
  const record = body === undefined ? {} : body
  if (!isObject(record)) throw notAnObject(record)
  return record
}

/** Text that has to be there; empty after a fault. */
export function required(
  body: JsonObject,
  field: string,
  lengthMax: number,
  faults: FieldFault[],
): string {
  const value = own(body, field)
  if (value === undefined) return refuse(faults, field, 'This field is required.')
  if (value === null) return refuse(faults, field, 'This field may not be null.')
  const read = readText(value, field, faults, lengthMax)
  if (read === null) return refuse(faults, field, 'This field may not be blank.')
  return read ?? ''
}

/** A value that may be left out, as a column reads it; undefined when it was, or after a fault. */
export function optional(
  body: JsonObject,
  field: string,
  read: ReadValue,
  faults: FieldFault[],
): JsonValue | undefined {
  const value = own(body, field)
  return value === undefined ? undefined : read(value, field, faults)
}

/** A list that has to be there, of at most so many entries; empty after a fault. */
export function requiredList(
  body: JsonObject,
  field: string,
  lengthMax: number,
  faults: FieldFault[],
): JsonValue[] {
  // A form gives a single entry as it is.
  const given = own(body, field)
  const value = typeof given === 'string' ? [given] : given
  if (value === undefined) refuse(faults, field, 'This field is required.')
  else if (!Array.isArray(value)) {
    refuse(faults, field, `Expected a list of items but got type "${typeName(value)}".`)
  } else if (value.length > lengthMax) {
    refuse(faults, field, `Ensure this field has no more than ${lengthMax} elements.`)
  } else return value
  return []
}

/** @throws Fault `invalid_field` when there are any. */
export function assertNone(faults: readonly FieldFault[]): void {
  if (faults.length > 0) throw new Fault('invalid_field', { fields: [...faults] })
}

/** The refusal of an id that leads nowhere, in the vendor's words. */
export function unknownPk(field: string, id: JsonValue): Fault {
  const shown = String(typeof id === 'object' ? JSON.stringify(id) : id).slice(0, 100)
  const message = `Invalid pk "${shown.toWellFormed()}" - object does not exist.`
  return new Fault('invalid_field', { fields: [{ field, message }] })
}

function refuse(faults: FieldFault[], field: string, message: string): '' {
  faults.push({ field, message })
  return ''
}
