import type { Comparison, Condition } from '../../core/condition.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { canonicalEmail, EMAIL, type ProfileId } from '../../core/profile.ts'
import type { ProfileFilter, Range } from '../../core/profile-query.ts'
import { attributeNamed, byName, type Field, refusal } from './field-definitions.ts'
import { isNumber, isTime } from './field-types.ts'
import { wholeNumber } from './kinds.ts'
import { localTime, readLocalTime } from './local-time.ts'
import { profileOfSecret, SECRET } from './secrets.ts'
import { patternsBeyond } from './text-order.ts'

/** An expression of the `fields` parameter (wire notes 3.3). */
export interface Expression {
  name: string
  operator: Operator
  value: string
}

const operators = ['==', '!=', '<>', '<=', '>=', '=~', '!~', '<', '>'] as const
type Operator = (typeof operators)[number]

/** What can be asked of everybody, whatever the fields are. */
const specials = ['id', 'code', 'modified'] as const
export type Special = (typeof specials)[number]

/** Whether a name, in small letters, is one of these. */
export function isSpecial(name: string): name is Special {
  return (specials as readonly string[]).includes(name)
}

/** What a comparison has to know of a field. */
type Compared = Pick<Field, 'name' | 'stored' | 'type'>

const nobody = 'nobody'
export type Wanted = ProfileFilter | typeof nobody

/** What cannot be read is passed over, as it is there. Blanks within count. */
export function readExpressions(given: readonly string[]): Expression[] {
  return given.flatMap((text) => {
    const expression = text.trim()
    const found = /^(.+?)(==|!=|<>|<=|>=|=~|!~|<|>)(.*)$/s.exec(expression)
    const operator = operators.find((one) => one === found?.[2])
    return found && operator ? [{ name: found[1] ?? '', operator, value: found[3] ?? '' }] : []
  })
}

/**
 * Whom expressions ask for, all of which have to hold. A name that is no field is an attribute
 * where `open` says so, in the database of all profiles; elsewhere it is passed over.
 *
 * @throws Fault `invalid_field` for a comparison that cannot be made.
 */
export function profileFilter(
  expressions: readonly Expression[],
  fields: readonly Field[],
  { now, workspace }: DialectRequest,
  open = false,
): Wanted {
  const known = byName(fields)
  const indexed = workspace.settings.indexedAttributes
  const filter: ProfileFilter = {}
  const parts: Condition[] = []
  for (const expression of expressions) {
    const { operator, value } = expression
    const name = expression.name.toLowerCase()
    const field = known.get(name)
    if (field && operator === '==' && field.stored === EMAIL && value.includes('@')) {
      const identifier = { kind: EMAIL, value: canonicalEmail(value) }
      if (filter.identifier === undefined) filter.identifier = identifier
      else if (!sameIdentifier(filter.identifier, identifier)) return nobody
    } else if (field) parts.push(fieldCondition(expression, field, now, indexed))
    else if (name === 'id') {
      const id = wholeNumber(value.trim()) as ProfileId | null
      if (operator === '!=' || operator === '<>') {
        if (id === null) throw refusal('Parameter fields: ID is compared with a whole number')
        filter.notIds = [...(filter.notIds ?? []), id]
      } else if (operator !== '==') {
        filter.idsWithin = narrowed(filter.idsWithin, idRange(expression))
      } else {
        if (id === null || (filter.ids && !filter.ids.includes(id))) return nobody
        filter.ids = [id]
      }
    } else if (name === 'code') {
      const found = codeFilter(expression, workspace.idKey)
      if (found === nobody) return nobody
      Object.assign(filter, found)
    } else if (name === 'modified') {
      filter.updated = narrowed(filter.updated, timeRange(expression, now))
    } else if (open) {
      const stored = attributeNamed(expression.name, fields)
      const attribute = { name, stored: stored ?? '', type: 'text' as const }
      if (stored !== null) parts.push(fieldCondition(expression, attribute, now, indexed))
    }
  }
  if (parts.length > 0) filter.where = parts.length === 1 ? (parts[0] as Condition) : { all: parts }
  return filter
}

function sameIdentifier(a: NonNullable<ProfileFilter['identifier']>, b: { value: string }) {
  return 'value' in a && a.value === b.value
}

/** Ids are compared like numbers. */
export function idRange({ operator, value }: Expression): Range {
  const text = value.trim()
  const id = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : null
  if (id === null) throw refusal('Parameter fields: ID is compared with a whole number')
  switch (operator) {
    case '>':
      return { from: id + 1 }
    case '>=':
      return { from: id }
    case '<':
      return { until: id }
    case '<=':
      return { until: id + 1 }
    default:
      throw refusal(`Parameter fields: ID cannot be compared by ${operator}`)
  }
}

/** What lies in both. */
function narrowed(one: Range = {}, other: Range): Range {
  const froms = [one.from, other.from].filter((at) => at !== undefined)
  const untils = [one.until, other.until].filter((at) => at !== undefined)
  return {
    ...(froms.length > 0 && { from: Math.max(...froms) }),
    ...(untils.length > 0 && { until: Math.min(...untils) }),
  }
}

function codeFilter(expression: Expression, idKey: string): Wanted {
  assertEquals(expression)
  const { value } = expression
  const id = profileOfSecret(value, idKey)
  if (id !== null) return { ids: [id] }
  return value === '' ? nobody : { identifier: { kind: SECRET, value } }
}

/** @throws Fault `invalid_field` for a comparison that is not by `==`. */
export function assertEquals({ name, operator }: Expression): void {
  if (operator !== '==') throw refusal(`Parameter fields: ${name} can only be compared by ==`)
}

/** Seconds are all the vendor's times have. */
export function timeRange({ operator, value }: Expression, now: number): Range {
  const at = readLocalTime(value, now)
  if (at === null) throw refusal('Parameter fields: modified is compared with a time')
  switch (operator) {
    case '==':
      return { from: at, until: at + 1_000 }
    case '>':
      return { from: at + 1_000 }
    case '>=':
      return { from: at }
    case '<':
      return { until: at }
    case '<=':
      return { until: at + 1_000 }
    default:
      throw refusal(`Parameter fields: modified cannot be compared by ${operator}`)
  }
}

/** The test of one field; also of a subprofile, whose fields stand where a profile's would. */
export function fieldCondition(
  { operator, value }: Expression,
  field: Compared,
  now: number,
  indexed: readonly string[] = [],
): Condition {
  switch (operator) {
    case '==':
      return equal(value, field, indexed.includes(field.stored))
    case '!=':
    case '<>':
      return { not: equal(value, field, false) }
    case '=~':
      return like(value, field)
    case '!~':
      return { not: like(value, field) }
    default:
      return isNumber(field.type) || isTime(field.type)
        ? ordered(operator, value, field, now)
        : textOrdered(operator, value, field)
  }
}

function test({ stored }: Compared, more: Omit<Comparison, 'profile'>): Comparison {
  return { profile: stored, ...more }
}

/** Text is the same in any case, but for choices. */
function equal(value: string, field: Compared, isIndexed: boolean): Condition {
  if (isNumber(field.type)) {
    const number = Number(value)
    const same = test(field, { one_of: [number, value] })
    return number === 0 ? { any: [same, test(field, { exists: false })] } : same
  }
  if (value === '') return { not: test(field, { exists: true }) }
  const texts = isIndexed ? spellings(value) : [value]
  const exact = test(field, { one_of: [...texts, ...otherKinds(value)] })
  if (isIndexed || field.type === 'select' || isTime(field.type)) return exact
  return { any: [exact, pattern(field, `^${quoted(value)}$`)] }
}

/** An index knows values as they are; these are the ways in which people write one. */
function spellings(value: string): string[] {
  const lower = value.toLowerCase()
  const first = lower.slice(0, 1).toUpperCase() + lower.slice(1)
  return [...new Set([value, lower, value.toUpperCase(), first])]
}

/** Other calls may have stored what is shown as this text as a number or a truth value. */
function otherKinds(value: string): JsonValue[] {
  const kinds: JsonValue[] = []
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(value)) kinds.push(Number(value))
  if (value === '1') kinds.push(true)
  if (value === '0') kinds.push(false)
  return kinds
}

/** `%` stands for any text and `_` for one character. */
function like(value: string, field: Compared): Condition {
  const parts = value.split(/([%_])/)
  const source = parts.map((part) => (part === '%' ? '.*' : part === '_' ? '.' : quoted(part)))
  const matches = pattern(field, `^${source.join('')}$`)
  return /^%*$/.test(value) ? { any: [matches, test(field, { exists: false })] } : matches
}

function pattern(field: Compared, source: string): Condition {
  const matches = `(?is)${source}`
  if (matches.length > limits.patternLengthMax) {
    throw refusal('Parameter fields: the text compared with is too long')
  }
  return test(field, { matches })
}

function quoted(text: string): string {
  return text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&')
}

/** Numbers by size and times by time. */
function ordered(
  operator: '<' | '<=' | '>' | '>=',
  value: string,
  field: Compared,
  now: number,
): Condition {
  const more = operator.startsWith('>')
  const orSame = operator.endsWith('=')
  if (isTime(field.type)) {
    const at = readLocalTime(value, now)
    if (at === null) throw refusal(`Parameter fields: ${field.name} is compared with a time`)
    // Stored times have no zone either, and so are read as if they were UTC, like this one.
    const time = localTime(at)
    const beyond = test(field, more ? { after: time } : { before: time })
    const short = time.endsWith(' 00:00:00') ? [time, time.slice(0, 10)] : [time]
    return orSame ? { any: [beyond, test(field, { one_of: short })] } : beyond
  }
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (!Number.isFinite(number)) {
    throw refusal(
      `Parameter fields: ${field.name} can only be compared by ${operator} with a number`,
    )
  }
  const beyond = test(field, more ? { greater: number } : { less: number })
  return orSame ? { any: [beyond, test(field, { is: number })] } : beyond
}

/** The longest text that others are put in order with: each of its letters is a pattern. */
const orderedLengthMax = 40

/** Text by its letters, in any case. Who has none comes before all others, as empty text does. */
function textOrdered(operator: '<' | '<=' | '>' | '>=', value: string, field: Compared): Condition {
  if ([...value].length > orderedLengthMax) {
    const most = `with at most ${orderedLengthMax} characters`
    throw refusal(`Parameter fields: ${field.name} can be compared by ${operator} ${most}`)
  }
  const more = operator.startsWith('>')
  const missing = test(field, { exists: false })
  if (value === '') {
    if (operator === '>') return test(field, { exists: true })
    if (operator === '<') return { all: [missing, { not: missing }] }
    return more ? { any: [missing, { not: missing }] } : missing
  }
  const any: Condition[] = patternsBeyond(value, more).map((matches) => test(field, { matches }))
  // Other calls may have stored what is shown as text as a number.
  const number = Number(value)
  if (Number.isFinite(number)) any.push(test(field, more ? { greater: number } : { less: number }))
  if (!more) any.push(missing)
  return operator.endsWith('=') ? { any: [...any, equal(value, field, false)] } : { any }
}
