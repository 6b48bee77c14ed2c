import type { Failure } from './condition.ts'
import { instantOf } from './instant.ts'
import type { JsonValue } from './json.ts'

/** How much of a value is shown. */
const shownLengthMax = 80

/**
 * Why a condition did not hold, as a sentence: `profile.country is "BE"; it has to be "NL".`
 */
export function describeFailure(failure: Failure): string {
  const { operator, subject, negated, found, wanted } = failure
  const name = subject.slice(subject.indexOf('.') + 1)
  if (operator === 'all' || operator === 'any') return `The list of "${operator}" is empty.`
  if (operator === 'changed') {
    if (negated) return `${name} changed; it must not have.`
    return `${name} did not change. Changed: ${names(found)}.`
  }
  if (subject.startsWith('tag.')) {
    const has = Array.isArray(found) && found.includes(name)
    return has ? `The profile has the tag ${name}.` : `The profile lacks the tag ${name}.`
  }
  if (subject.startsWith('identifier.')) {
    const has = Array.isArray(found) && found.includes(name)
    return `The profile ${has ? 'has an' : 'lacks the'} identifier ${name}.`
  }
  const there = found === null ? 'is absent' : `is ${show(found)}${kindNote(operator, found)}`
  return `${subject} ${there}; it ${negated ? 'must not' : 'has to'} ${asked(operator, wanted)}.`
}

function asked(operator: string, wanted: JsonValue): string {
  switch (operator) {
    case 'is':
      return `be ${show(wanted)}`
    case 'is_not':
      return `be other than ${show(wanted)}`
    case 'one_of':
      return `be one of ${show(wanted)}`
    case 'contains':
      return `contain ${show(wanted)}`
    case 'starts_with':
      return `begin with ${show(wanted)}`
    case 'ends_with':
      return `end with ${show(wanted)}`
    case 'matches':
      return `match ${show(wanted)}`
    case 'greater':
      return `be greater than ${show(wanted)}`
    case 'less':
      return `be less than ${show(wanted)}`
    case 'between':
      return `lie within ${show(wanted)}`
    case 'exists':
      return wanted === true ? 'be there' : 'be absent'
    default:
      return `be ${operator} ${typeof wanted === 'string' ? wanted : show(wanted)}`
  }
}

/** Says so where the kind of the value is the reason, which a quotation mark alone may not. */
function kindNote(operator: string, found: JsonValue): string {
  const asksNumber = ['greater', 'less', 'between'].includes(operator)
  if (asksNumber && typeof found !== 'number') return ', which is no number'
  const asksText = ['starts_with', 'ends_with', 'matches'].includes(operator)
  if (asksText && typeof found !== 'string') return ', which is no text'
  const asksDate = operator === 'before' || operator === 'after'
  return asksDate && instantOf(found) === null ? ', which is no date' : ''
}

function names(found: JsonValue): string {
  return Array.isArray(found) && found.length > 0 ? found.slice(0, 20).join(', ') : 'nothing'
}

function show(value: JsonValue): string {
  const text = JSON.stringify(value)
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax - 3)}...` : text
}
