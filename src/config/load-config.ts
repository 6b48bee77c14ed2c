import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { didYouMean } from '../lib/nearest.ts'
import { allowed } from './option-table.ts'
import { type Option, options } from './options.ts'

/** The options as they hold while the program runs; see `options.ts` for what each means. */
export type Config = { readonly [Field in keyof typeof options]: ValueOf<(typeof options)[Field]> }

type ValueOf<O> = O extends { type: 'integer' }
  ? number
  : O extends { type: 'choice'; values: readonly (infer V)[] }
    ? V
    : O extends { default: string }
      ? string
      : string | null

/** Everything that is wrong with the environment, at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Environment variables with this prefix steer the test suite and are no options. */
const testPrefix = 'ROSTER_TEST_'

/**
 * Reads the options from the environment; nothing else in Roster does. Paths are made absolute.
 *
 * @throws ConfigError naming every unknown `ROSTER_*` variable, with a suggestion, and every value
 *   that is not allowed. Values of secrets are never in the message.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const problems = unknownNames(environment)
  const values: { [field: string]: string | number | null } = {}
  for (const [field, option] of Object.entries<Option>(options)) {
    try {
      values[field] = readOption(option, environment)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return Object.freeze(values) as Config
}

function unknownNames(environment: NodeJS.ProcessEnv): string[] {
  const all = Object.values<Option>(options)
  const names = all.flatMap((option) =>
    option.secret ? [option.name, fileTwin(option)] : option.name,
  )
  const known = new Set<string>(names)
  return Object.keys(environment)
    .filter((name) => name.startsWith('ROSTER_') && !name.startsWith(testPrefix))
    .filter((name) => !known.has(name))
    .sort()
    .map((name) => {
      const plain = all.find((option) => fileTwin(option) === name)
      if (plain)
        return `${name} is not an option: only secrets can be read from a file. Use ${plain.name}.`
      return `${name} is not an option.${didYouMean(name, known)}`
    })
}

function readOption(option: Option, environment: NodeJS.ProcessEnv): string | number | null {
  const direct = environment[option.name]
  const file = option.secret ? environment[fileTwin(option)] : undefined
  if (direct !== undefined && file !== undefined) {
    throw new ConfigError([`${option.name} and ${fileTwin(option)} are both set; leave one out.`])
  }
  if (file !== undefined) return parse(option, readSecretFile(option, file), fileTwin(option))
  if (direct !== undefined) return parse(option, direct, option.name)
  return option.type === 'path' && option.default !== null
    ? resolve(option.default)
    : option.default
}

function readSecretFile(option: Option, path: string): string {
  try {
    // Editors and `echo` end a file with a line break that is not part of the secret.
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError([`${fileTwin(option)}: the file cannot be read (${reason}).`])
  }
}

function parse(option: Option, text: string, given: string): string | number {
  const shown = option.secret ? 'its value' : `"${text}"`
  const refuse = () => new ConfigError([`${given}: ${shown} is not ${allowed(option)}.`])
  if (text === '') {
    throw new ConfigError([`${given} is empty: leave it out, or set it to ${allowed(option)}.`])
  }
  switch (option.type) {
    case 'text':
      return text
    case 'path':
      return resolve(text)
    case 'hex':
      if (!/^[0-9a-f]*$/i.test(text) || text.length !== option.digits) throw refuse()
      return text.toLowerCase()
    case 'integer': {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
      if (!(number >= option.min && number <= option.max)) throw refuse()
      return number
    }
    case 'choice':
      if (!option.values.includes(text)) throw refuse()
      return text
  }
}

function fileTwin(option: Option): string {
  return `${option.name}_FILE`
}
