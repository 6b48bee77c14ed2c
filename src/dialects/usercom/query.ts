import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'

/** One parameter of a query, in both readings of `+`. */
export interface Parameter {
  text: string
  /** With `+` read as itself, which is how some clients send phone numbers. */
  plusKept: string
}

/**
 * The last value of each parameter, without the one `/` that some clients put behind the query
 * (wire notes 2.1).
 *
 * @throws Fault `malformed_path`, or `invalid_field` for what no value can be
 */
export function parameters(query: string): Map<string, Parameter> {
  const given = new Map<string, Parameter>()
  for (const pair of query.split('&')) {
    if (pair === '' || pair === '/') continue
    const [name = '', ...rest] = pair.split('=')
    const value = rest.join('=').replace(/\/$/, '')
    const plain = decode(name)
    const text = decode(value.replaceAll('+', ' '))
    assertText('query', plain, limits.identifierLengthMax)
    assertText(plain, text, limits.identifierLengthMax)
    given.set(plain, { text, plusKept: decode(value) })
  }
  return given
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    const message = 'The query is not validly percent-encoded.'
    throw new Fault('malformed_path', { message, cause: error })
  }
}
