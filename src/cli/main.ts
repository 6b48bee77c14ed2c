import { ConfigError, loadConfig } from '../config/load-config.ts'
import { Fault } from '../core/errors.ts'
import { own } from '../core/json.ts'
import { didYouMean } from '../lib/nearest.ts'
import { type CliCommand, CliError, type ExitCode, exitCodes, type Outcome } from './command.ts'
import { commands } from './command-table.ts'
import { commandHelp, groupHelp, overview } from './help-text.ts'
import { parseArguments } from './parse-arguments.ts'

/** Runs one command line, writes what it has to say, and answers the exit code. */
export async function main(words: readonly string[]): Promise<ExitCode> {
  const json = words.includes('--json')
  try {
    const outcome = await run(words)
    if (outcome === null) return exitCodes.ok
    await write(process.stdout, json ? JSON.stringify(outcome.json) : outcome.text)
    return outcome.exitCode ?? exitCodes.ok
  } catch (error) {
    const { message, exitCode } = explain(error)
    const body = json ? JSON.stringify({ error: { exitCode, message } }) : `roster: ${message}`
    await write(process.stderr, body)
    return exitCode
  }
}

async function run(words: readonly string[]): Promise<Outcome | null> {
  const first = words[0] ?? 'help'
  if (first === '--version') return version()
  if (first === 'help' || first === '--help' || first === '-h') return help(words.slice(1))
  const { command, rest } = await find(words)
  const parsed = parseArguments(command, rest)
  if (parsed.help) return { json: commandJson(command), text: commandHelp(command) }
  return command.run({
    options: parsed.options as Parameters<typeof command.run>[0]['options'],
    positionals: parsed.positionals,
    json: parsed.json,
    config: () => loadConfig(),
  })
}

async function find(words: readonly string[]): Promise<{ command: CliCommand; rest: string[] }> {
  for (const length of [2, 1]) {
    const load = own(commands, words.slice(0, length).join(' '))
    if (load) return { command: await load(), rest: words.slice(length) }
  }
  const names = Object.keys(commands)
  const [first = '', second = ''] = words
  const group = names.filter((name) => name.startsWith(`${first} `))
  if (group.length > 0 && (second === '' || second.startsWith('-'))) {
    throw new CliError('usage', `"${first}" needs one more word: ${group.join(', ')}.`)
  }
  const meant =
    didYouMean(`${first} ${second}`, names) || didYouMean(first, names.flatMap(firstWords))
  const shown = group.length > 0 ? `${first} ${second}` : first
  throw new CliError('usage', `There is no command "${shown}".${meant} See roster help.`)
}

function firstWords(name: string): string[] {
  return [name.split(' ')[0] ?? name]
}

async function help(words: readonly string[]): Promise<Outcome> {
  const asked = words.filter((word) => !word.startsWith('-'))
  const inGroup = Object.keys(commands).filter((name) => name.startsWith(`${asked[0]} `))
  if (asked.length === 1 && inGroup.length > 0) {
    const own = await Promise.all(
      inGroup.map((name) => (commands[name] as () => Promise<CliCommand>)()),
    )
    return { json: { commands: own.map(commandJson) }, text: groupHelp(own) }
  }
  if (asked.length > 0) {
    const { command } = await find(asked)
    return { json: commandJson(command), text: commandHelp(command) }
  }
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  return { json: { commands: all.map(commandJson) }, text: overview(all) }
}

function commandJson(command: CliCommand): unknown {
  const { name, summary, usage, options } = command
  return { name, summary, usage, options }
}

async function version(): Promise<Outcome> {
  const { readFile } = await import('node:fs/promises')
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return {
    json: { version, node: process.version },
    text: `roster ${version} (Node ${process.version})`,
  }
}

/** What went wrong, in words; a stack only for what nobody expected. */
function explain(error: unknown): { message: string; exitCode: ExitCode } {
  if (error instanceof CliError) return error
  if (error instanceof ConfigError) return { message: error.message, exitCode: exitCodes.usage }
  if (error instanceof Fault) {
    const own = error.status < 500
    return { message: error.message, exitCode: own ? exitCodes.refused : exitCodes.failed }
  }
  if (!(error instanceof Error)) return { message: String(error), exitCode: exitCodes.failed }
  // A plain error, or one of the system's, was thrown with words for a person; others are bugs.
  const foreseen = error.constructor === Error || 'code' in error
  const message = foreseen ? error.message : (error.stack ?? error.message)
  return { message, exitCode: exitCodes.failed }
}

/** Resolves when the text has left the process: a pipe may take a while to be read. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`
  return new Promise((resolve) => stream.write(whole, () => resolve()))
}

if (import.meta.main) {
  // What Roster writes holds personal data: nobody but its owner reads it.
  process.umask(0o077)
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed)
  })
  process.exit(await main(process.argv.slice(2)))
}
