import { ConfigError, loadConfig } from '../config/load-config.ts'
import { Fault } from '../core/errors.ts'
import { own } from '../core/json.ts'
import { didYouMean } from '../lib/nearest.ts'
import { type CliCommand, CliError, type ExitCode, exitCodes, type Outcome } from './command.ts'
import { commandHelp, overview } from './help-text.ts'
import { parseArguments } from './parse-arguments.ts'

type Load = () => Promise<CliCommand>

/** The argument table. Each command is loaded when it is asked for: none waits for another. */
const commands: { readonly [name: string]: Load } = {
  serve: async () => (await import('./commands/serve.ts')).serve,
  work: async () => (await import('./commands/work.ts')).work,
  'workspace create': async () => (await import('./commands/workspace-create.ts')).workspaceCreate,
  'workspace list': async () => (await import('./commands/workspace-list.ts')).workspaceList,
  'workspace settings': async () =>
    (await import('./commands/workspace-settings.ts')).workspaceSettings,
  'workspace delete': async () => (await import('./commands/workspace-delete.ts')).workspaceDelete,
  'token create': async () => (await import('./commands/token-create.ts')).tokenCreate,
  'token list': async () => (await import('./commands/token-list.ts')).tokenList,
  'token limit': async () => (await import('./commands/token-limit.ts')).tokenLimit,
  'token revoke': async () => (await import('./commands/token-revoke.ts')).tokenRevoke,
  'rules apply': async () => (await import('./commands/rules-apply.ts')).rulesApply,
  'rules list': async () => (await import('./commands/rules-list.ts')).rulesList,
  'rules show': async () => (await import('./commands/rules-show.ts')).rulesShow,
  'rules enable': async () => (await import('./commands/rules-enable.ts')).rulesEnable,
  'rules disable': async () => (await import('./commands/rules-enable.ts')).rulesDisable,
  'rules history': async () => (await import('./commands/rules-history.ts')).rulesHistory,
  'rules check': async () => (await import('./commands/rules-check.ts')).rulesCheck,
  'rules schema': async () => (await import('./commands/rules-schema.ts')).rulesSchema,
  'destinations list': async () =>
    (await import('./commands/destinations-list.ts')).destinationsList,
  'destinations show': async () =>
    (await import('./commands/destinations-show.ts')).destinationsShow,
  'destinations test': async () =>
    (await import('./commands/destinations-test.ts')).destinationsTest,
  'destinations pause': async () =>
    (await import('./commands/destinations-pause.ts')).destinationsPause,
  'destinations resume': async () =>
    (await import('./commands/destinations-pause.ts')).destinationsResume,
  'destinations rotate-secret': async () =>
    (await import('./commands/destinations-rotate-secret.ts')).destinationsRotateSecret,
  'destinations remove': async () =>
    (await import('./commands/destinations-remove.ts')).destinationsRemove,
  'deliveries list': async () => (await import('./commands/deliveries-list.ts')).deliveriesList,
  'deliveries show': async () => (await import('./commands/deliveries-show.ts')).deliveriesShow,
  'deliveries attempts': async () =>
    (await import('./commands/deliveries-attempts.ts')).deliveriesAttempts,
  'deliveries dead': async () => (await import('./commands/deliveries-dead.ts')).deliveriesDead,
  'deliveries redeliver': async () =>
    (await import('./commands/deliveries-redeliver.ts')).deliveriesRedeliver,
  'deliveries cancel': async () =>
    (await import('./commands/deliveries-redeliver.ts')).deliveriesCancel,
  'deliveries resend': async () =>
    (await import('./commands/deliveries-resend.ts')).deliveriesResend,
  'runs list': async () => (await import('./commands/runs-list.ts')).runsList,
  'runs show': async () => (await import('./commands/runs-show.ts')).runsShow,
  'runs cancel': async () => (await import('./commands/runs-cancel.ts')).runsCancel,
  'profiles get': async () => (await import('./commands/profiles-get.ts')).profilesGet,
  'events list': async () => (await import('./commands/events-list.ts')).eventsList,
  'events explain': async () => (await import('./commands/events-explain.ts')).eventsExplain,
  erase: async () => (await import('./commands/erase.ts')).erase,
  listen: async () => (await import('./commands/listen.ts')).listen,
  seed: async () => (await import('./commands/seed.ts')).seed,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/restore.ts')).restore,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
}

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
