import { RE2JS } from 're2js'
import { limits } from './limits.ts'

export interface Pattern {
  /** Whether it is found anywhere in the text; in a text over the limit it is not. */
  test(text: string): boolean
}

/** Compiled patterns of the rules that are in use; one goes when its rule does. */
const compiled = new WeakMap<object, Pattern>()

/**
 * A regular expression in the syntax of RE2, which takes time in proportion to the text whatever
 * the pattern: no look-around, no references back. Or what is wrong with it.
 */
export function compilePattern(source: string): Pattern | { wrong: string } {
  if (source.length > limits.patternLengthMax) {
    return { wrong: `It is longer than ${limits.patternLengthMax} characters.` }
  }
  try {
    const pattern = RE2JS.compile(source)
    if (pattern.programSize() > limits.patternSizeMax) {
      return { wrong: 'It repeats too much.' }
    }
    return { test: (text) => text.length <= limits.matchedLengthMax && pattern.test(text) }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { wrong: `It is no pattern: ${said.replace('error parsing regexp: ', '')}.` }
  }
}

/**
 * The pattern of a test, compiled when it is first asked for.
 *
 * @throws Error for a pattern that the check of rules does not let pass.
 */
export function patternOf(test: object, source: string): Pattern {
  const known = compiled.get(test)
  if (known) return known
  const pattern = compilePattern(source)
  if ('wrong' in pattern) throw new Error(`A stored pattern cannot be used. ${pattern.wrong}`)
  compiled.set(test, pattern)
  return pattern
}
