import type { Asking } from '../../core/ask.ts'
import type { Condition } from '../../core/condition.ts'
import type { WorkspaceView } from '../../core/dialect.ts'
import { invalidField } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { EMAIL } from '../../core/profile.ts'
import type { ProfileFilter, Range } from '../../core/profile-query.ts'
import { type Definition, definitionKey, findNamed, readDefinition } from './definitions.ts'
import { type Field, fields } from './fields.ts'
import type { Parameter } from './query.ts'

type Given = ReadonlyMap<string, Parameter>

const operators = [
  ...(['contains', 'icontains', 'startswith', 'istartswith', 'endswith', 'iendswith'] as const),
  ...(['gt', 'gte', 'lt', 'lte'] as const),
] as const

type Operator = (typeof operators)[number]

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
  if (withEmail !== undefined) {
    parts.push({ profile: EMAIL, exists: !/^(false|0|off)?$/i.test(withEmail) })
  }
  const lookups = [...given].map(([name, { text }]) => ({ ...lookup(name), text }))
  const custom = lookups.filter(({ name }) => !fields.has(name) && !ownParameters.has(name))
  const found = yield* findNamed(custom.map(({ name }) => definitionKey(name)))
  for (const { name, operator, text } of lookups) {
    if (ownParameters.has(name)) continue
    const asked = fields.has(name)
      ? standardName(name)
      : customName(name, found.map(readDefinition), view)
    if (asked === null) continue
    if (text === '') return 'nobody'
    parts.push(conditionOf(name, asked, operator, text))
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

function standardName(name: string): string | null {
  const field: Field | undefined = fields.get(name)
  return field?.kind === 'attribute' ? field.attribute : null
}

function customName(
  name: string,
  definitions: readonly Definition[],
  view: WorkspaceView,
): string | null {
  const { name: key } = definitionKey(name)
  const definition = definitions.find(({ nameStd, deleted }) => nameStd === key && !deleted)
  if (definition) return definition.stored
  return view.nameId('attribute', name) > 0 ? name : null
}

function conditionOf(
  name: string,
  asked: string,
  operator: Operator | null,
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
    case null:
      return test({ one_of: readings(text) })
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
    default:
      return compared(name, operator, text, test)
  }
}

/** Numbers by size, everything else by time. */
function compared(
  name: string,
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  text: string,
  test: (more: object) => Condition,
): Condition {
  const number = numberOf(text)
  const more = operator.startsWith('g')
  if (number === null) {
    if (!/^\d{4}-\d\d-\d\d/.test(text)) throw invalidField(name, 'Enter a number or a date.')
    const beyond = test(more ? { after: text } : { before: text })
    return operator.endsWith('e') ? { any: [beyond, test({ is: text })] } : beyond
  }
  const beyond = test(more ? { greater: number } : { less: number })
  return operator.endsWith('e') ? { any: [beyond, test({ is: number })] } : beyond
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
  const number = /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null
  return number
}
