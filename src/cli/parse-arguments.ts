import { parseArgs } from 'node:util'
import { own } from '../core/json.ts'
import { didYouMean } from '../lib/nearest.ts'
import { type CliCommand, CliError, type OptionSpec } from './command.ts'

/** What every command takes besides its own options. */
export const commonOptions = {
  json: { type: 'flag', help: 'Write the answer as JSON, and nothing else, to standard output.' },
  help: { type: 'flag', help: 'Show this help.' },
} as const satisfies { [name: string]: OptionSpec }

type Value = string | number | boolean | string[] | undefined

export interface ParsedArguments {
  options: { [name: string]: Value }
  positionals: string[]
  json: boolean
  help: boolean
}

/**
 * Reads what follows a command's name.
 *
 * @throws CliError `usage` that names what is wrong and, for a misspelt option, what was meant.
 */
export function parseArguments(command: CliCommand, words: readonly string[]): ParsedArguments {
  const specs: { [name: string]: OptionSpec } = { ...command.options, ...commonOptions }
  const given: { [name: string]: Value } = {}
  const positionals: string[] = []
  for (const token of tokensOf(words, specs)) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') readOption(token, specs, given)
  }
  const help = given.help === true
  if (!help) {
    addDefaults(command, given)
    checkPositionals(command, positionals)
  }
  return { options: given, positionals, json: given.json === true, help }
}

type Token = ReturnType<typeof tokensOf>[number]

function tokensOf(words: readonly string[], specs: { [name: string]: OptionSpec }) {
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(
        Object.entries(specs).map(([name, { type }]) => [
          name,
          { type: type === 'flag' ? ('boolean' as const) : ('string' as const) },
        ]),
      ),
      help: { type: 'boolean', short: 'h' },
    },
  })
  return tokens
}

function readOption(
  token: Extract<Token, { kind: 'option' }>,
  specs: { [name: string]: OptionSpec },
  given: { [name: string]: Value },
): void {
  const spec = own(specs, token.name)
  if (!spec) {
    const names = Object.keys(specs).map((name) => `--${name}`)
    throw new CliError(
      'usage',
      `There is no option ${token.rawName}.${didYouMean(token.rawName, names)}`,
    )
  }
  if (spec.type === 'flag') {
    if (token.value !== undefined) throw new CliError('usage', `${token.rawName} takes no value.`)
    given[token.name] = true
    return
  }
  if (token.value === undefined || token.value === '') {
    throw new CliError('usage', `${token.rawName} needs a value.`)
  }
  if (spec.type === 'list') {
    const earlier = given[token.name]
    given[token.name] = [...(Array.isArray(earlier) ? earlier : []), token.value]
    return
  }
  if (Object.hasOwn(given, token.name)) {
    throw new CliError('usage', `${token.rawName} is given twice.`)
  }
  given[token.name] =
    spec.type === 'integer' ? integer(token.rawName, token.value, spec) : token.value
}

function integer(rawName: string, text: string, spec: OptionSpec): number {
  const min = spec.min ?? 0
  const max = spec.max ?? Number.MAX_SAFE_INTEGER
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new CliError(
    'usage',
    `${rawName} must be a whole number from ${min} to ${max}, not "${text}".`,
  )
}

function addDefaults(command: CliCommand, given: { [name: string]: Value }): void {
  for (const [name, spec] of Object.entries(command.options)) {
    if (Object.hasOwn(given, name)) continue
    if (spec.required) throw new CliError('usage', `--${name} is missing. ${spec.help}`)
    if (spec.type === 'flag') given[name] = false
    else if (spec.type === 'list') given[name] = []
    else given[name] = spec.default
  }
}

function checkPositionals(command: CliCommand, positionals: readonly string[]): void {
  const { min, max } = command.positionals
  if (positionals.length < min) {
    throw new CliError('usage', `Something is missing: roster ${command.name} ${command.usage}`)
  }
  if (positionals.length > max) {
    throw new CliError('usage', `"${positionals[max]}" is one word too many.`)
  }
}
