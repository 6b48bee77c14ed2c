import { bodyKind } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { emailIdentifier } from '../../core/profile.ts'

/**
 * The parameters of an event call. No body, and the `[]` that PHP makes of an empty array, are no
 * parameters (wire notes D7); a list with entries in it is refused rather than forgotten.
 */
export function readParameters(body: JsonValue | undefined): JsonObject {
  if (body === undefined) return {}
  if (isObject(body)) return body
  if (Array.isArray(body) && body.length === 0) return {}
  throw new Fault('malformed_body', {
    message: `The body must hold named parameters, not a ${bodyKind(body)}`,
  })
}

/**
 * The documented events, and what each asks of its parameters: it throws a Fault `invalid_field`
 * that names the parameter. Every other event needs nothing.
 */
export const documentedEvents: ReadonlyMap<string, (parameters: JsonObject) => void> = new Map([
  ['user.register', assertUser],
  ['user.update', assertUser],
  ['user.remove', assertUser],
  ['webshop.cart.add', assertCartAdd],
  ['webshop.cart.remove', assertCart],
])

function assertCartAdd(parameters: JsonObject): void {
  assertCart(parameters)
  assertScalar('count', own(parameters, 'count'))
}

function assertCart(parameters: JsonObject): void {
  assertScalar('id', own(parameters, 'id'))
  assertScalar('sku', own(parameters, 'sku'))
}

function assertUser(parameters: JsonObject): void {
  const email = own(parameters, 'email')
  if (email === undefined) throw refusal('email', 'is required')
  if (typeof email !== 'string') throw refusal('email', 'must be text')
  if (email.trim() === '') throw refusal('email', 'must not be empty')
  if (!isAddress(email)) throw refusal('email', 'is not an e-mail address')
  assertText('firstname', own(parameters, 'firstname'))
  assertText('suffix', own(parameters, 'suffix'))
  assertText('lastname', own(parameters, 'lastname'))
}

function assertText(name: string, value: JsonValue | undefined): void {
  if (value !== undefined && typeof value !== 'string') throw refusal(name, 'must be text')
}

function assertScalar(name: string, value: JsonValue | undefined): void {
  if (value === undefined || value === null) throw refusal(name, 'is required')
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw refusal(name, 'must be text or a number')
  }
  if (value === '') throw refusal(name, 'must not be empty')
}

function refusal(name: string, problem: string): Fault {
  return new Fault('invalid_field', {
    message: `Parameter ${name} ${problem}`,
    fields: [{ field: name, message: problem }],
  })
}

const localLengthMax = 64
const domainLengthMax = 255
/** Each class leaves out what ends it, so that the time is linear in the length. */
const address = /^[^\s\p{Cc}@<>,;]+@(?:[^\s\p{Cc}@<>,;.]+\.)*[^\s\p{Cc}@<>,;.]+$/u

/**
 * One `@` with something sensible on both sides. It catches empty cells, lists of addresses and
 * names with an address behind them; it leaves tags, other scripts and hosts without a dot alone.
 */
export function isAddress(text: string): boolean {
  const trimmed = text.trim()
  const at = trimmed.indexOf('@')
  if (at > localLengthMax || trimmed.length - at - 1 > domainLengthMax) return false
  return address.test(trimmed) && emailIdentifier(text) !== null
}
