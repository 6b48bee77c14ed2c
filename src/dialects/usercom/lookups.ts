import type { Asking } from '../../core/ask.ts'
import { type Condition, holds } from '../../core/condition.ts'
import type { WorkspaceView } from '../../core/dialect.ts'
import { invalidField } from '../../core/errors.ts'
import { instantOf } from '../../core/instant.ts'
import type { JsonValue } from '../../core/json.ts'
import { EMAIL } from '../../core/profile.ts'
import type { ProfileFilter, Range } from '../../core/profile-query.ts'
import { type Definition, definitionKey, findNamed, readDefinition } from './definitions.ts'
import { type Field, fieldByDisplayName, fields } from './fields.ts'
import type { Parameter } from './query.ts'

type Given = ReadonlyMap<string, Parameter>

const operators = [
  ...(['contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith'] as const),
  ...(['gt', 'gte', 'lt', 'lte'] as const),
] as const

type Operator = (typeof operators)[number]
type Comparing = 'gt' | 'gte' | 'lt' | 'lte'

/** Times that can be searched by; Roster knows the last of them (wire notes 6.4). */
const times = ['first_seen', 'last_seen', 'last_contacted', 'updated_at']
const patternLengthMax = 60

/**
 * Whom the parameters of a list ask for: a span of time, those with an e-mail, or values of
 * attributes, standard or custom. What is no attribute here is passed over, as the page number is;
 * an empty value finds nobody.
 *
 * @throws Fault `invalid_field`
 */
export function* listFilter(given: Given, view: WorkspaceView): Asking<ProfileFilter | 'nobody'> {
  const filter: ProfileFilter = {}
  const searched = given.get('search')?.text
  if (searched !== undefined) {
    if (!times.includes(searched)) {
      throw invalidField('search', `"${searched}" is not a valid choice.`)
    }
    const span = { ...bound(given, 'min'), ...bound(given, 'max') }
    if (searched !== 'updated_at') return 'nobody'
    filter.updated = span
  }
  const parts: Condition[] = []
  const withEmail = given.get('with_email')?.text
  if (withEmail !== undefined && withEmail !== '') {
    parts.push({ profile: EMAIL, exists: !/^(false|0|off)$/i.test(withEmail) })
  }
  const lookups = [...given]
    .filter(([name]) => !ownParameters.has(name))
    .map(([name, value]) => ({ ...lookup(name), ...value }))
    .map((one) => ({ ...one, field: fields.get(one.name) ?? fieldByDisplayName(one.name) }))
  const custom = lookups.filter(({ field }) => !field)
  const found = yield* findNamed(custom.map(({ name }) => definitionKey(name)))
  for (const { name, field, operator, text, plusKept } of lookups) {
    const asked = field ? standardName(field) : customName(name, found.map(readDefinition), view)
    if (asked === null) continue
    if (text === '') return 'nobody'
    const texts = [...new Set([text, plusKept])]
    const read = field?.kind === 'attribute' ? field.read(text, name, []) : undefined
    const condition =
      operator === null
        ? equal(asked, [...texts.flatMap(readings), ...(read == null ? [] : [read])])
        : conditionOf(name, asked, operator, texts)
    parts.push(withDefault(condition, asked, field))
  }
  if (parts.length > 0) filter.where = { all: parts }
  return filter
}

const ownParameters = new Set([
  ...['page', 'cursor', 'many', 'search', 'min', 'max', 'with_email', 'format', '_', ''],
])

/** Unix seconds; both ends count. */
function bound(given: Given, name: 'min' | 'max'): Range {
  const text = given.get(name)?.text
  if (text === undefined || text === '') return {}
  const seconds = /^-?\d{1,11}$/.test(text.trim()) ? Number(text) : null
  if (seconds === null) throw invalidField(name, 'A valid integer is required.')
  return name === 'min' ? { from: seconds * 1_000 } : { until: (seconds + 1) * 1_000 }
}

function lookup(given: string): { name: string; operator: Operator | null } {
  const at = given.lastIndexOf('__')
  const operator = operators.find((word) => word === given.slice(at + 2))
  return at > 0 && operator
    ? { name: given.slice(0, at), operator }
    : { name: given, operator: null }
}

function standardName(field: Field): string | null {
  return field.kind === 'attribute' ? field.attribute : null
}

function equal(asked: string, values: JsonValue[]): Condition {
  return { profile: asked, one_of: [...new Set(values)] }
}

/** Who has no value is found by the one that a user then shows. */
function withDefault(condition: Condition, asked: string, field: Field | undefined): Condition {
  if (field?.kind !== 'attribute' || field.byDefault === undefined) return condition
  const fresh = { event: {}, profile: { [asked]: field.byDefault }, changes: [], now: 0 }
  if (!holds(condition, fresh)) return condition
  return { any: [condition, { profile: asked, exists: false }] }
}

function customName(
  name: string,
  definitions: readonly Definition[],
  view: WorkspaceView,
): string | null {
  const { name: key } = definitionKey(name)
  const definition = definitions.find(({ nameStd }) => nameStd === key)
  // Values of a deleted attribute stay stored, but no user shows them.
  if (definition) return definition.deleted ? null : definition.stored
  return view.nameId('attribute', name) > 0 ? name : null
}

function conditionOf(
  name: string,
  asked: string,
  operator: Operator,
  texts: readonly string[],
): Condition {
  if (isComparing(operator)) return compared(name, asked, operator, texts)
  const any = texts.map((text) => patternOf(name, asked, operator, text))
  return any.length === 1 && any[0] ? any[0] : { any }
}

function isComparing(operator: Operator): operator is Comparing {
  return operator.startsWith('g') || operator.startsWith('l')
}

function patternOf(
  name: string,
  asked: string,
  operator: Exclude<Operator, Comparing>,
  text: string,
): Condition {
  const test = (more: object): Condition => ({ profile: asked, ...more })
  const pattern = (before: string, after: string) => {
    if (text.length > patternLengthMax) {
      throw invalidField(name, `Ensure this value has at most ${patternLengthMax} characters.`)
    }
    return test({
      matches: `(?is)${before}${text.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&')}${after}`,
    })
  }
  switch (operator) {
    case 'contains':
      return test({ contains: text })
    case 'startswith':
      return test({ starts_with: text })
    case 'endswith':
      return test({ ends_with: text })
    case 'icontains':
      return pattern('', '')
    case 'istartswith':
      return pattern('^', '')
    case 'iendswith':
      return pattern('', '$')
  }
}

/** Numbers by size, everything else by time, in the first reading of the text that is either. */
function compared(
  name: string,
  asked: string,
  operator: Comparing,
  texts: readonly string[],
): Condition {
  const test = (more: object): Condition => ({ profile: asked, ...more })
  const wantsMore = operator.startsWith('g')
  const orEqual = operator.endsWith('e')
  for (const text of texts) {
    const number = numberOf(text)
    if (number !== null) {
      const beyond = test(wantsMore ? { greater: number } : { less: number })
      return orEqual ? { any: [beyond, test({ is: number })] } : beyond
    }
    const at = instantOf(text)
    if (at === null) continue
    // Times are whole milliseconds: from one on is after the one before.
    const limit = new Date(at + (orEqual ? (wantsMore ? -1 : 1) : 0)).toISOString()
    return test(wantsMore ? { after: limit } : { before: limit })
  }
  throw invalidField(name, 'Enter a number or a date.')
}

/** A query is text; the value it means may be stored as a number or a truth value. */
function readings(text: string): JsonValue[] {
  const values: JsonValue[] = [text]
  const number = numberOf(text)
  if (number !== null) values.push(number)
  if (/^true$/i.test(text)) values.push(true)
  if (/^false$/i.test(text)) values.push(false)
  return values
}

function numberOf(text: string): number | null {
  return /^\s*[+-]?\d{1,15}(\.\d{1,15})?\s*$/.test(text) ? Number(text) : null
}
