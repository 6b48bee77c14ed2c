import { columns } from './columns.ts'
import type { CliCommand, OptionSpec } from './command.ts'
import { commonOptions } from './parse-arguments.ts'

/** What `roster help` says. */
export function overview(commands: readonly CliCommand[]): string {
  return [
    'Usage: roster COMMAND [OPTIONS]',
    '',
    'Roster keeps one current record of every person, and does what should happen when it changes.',
    '',
    columns(commands.map((command) => [`  ${command.name}`, command.summary])),
    '',
    'roster COMMAND --help tells more of one. Every command takes --json. All but restore work',
    'beside a running server, and what they change holds there at once. Configuration comes from',
    'ROSTER_* environment variables; roster doctor checks it.',
    '',
    'Exit codes: 0 done, 1 failed, 2 the command line or the configuration is wrong, 3 refused',
    '(not found, already there, not valid, in use).',
  ].join('\n')
}

/** What `roster help` says of the commands that begin with one word. */
export function groupHelp(commands: readonly CliCommand[]): string {
  const rows = commands.map(({ name, usage, summary }) => [`  ${name} ${usage}`.trimEnd(), summary])
  return [columns(rows), '', 'roster COMMAND --help tells more of one.'].join('\n')
}

/** What `roster COMMAND --help` says. */
export function commandHelp(command: CliCommand): string {
  const rows = Object.entries<OptionSpec>({ ...command.options, ...commonOptions }).map(
    ([name, spec]) => [
      `  --${name}${spec.type === 'flag' ? '' : ` ${spec.placeholder ?? 'VALUE'}`}`,
      help(spec),
    ],
  )
  const usage = ['roster', command.name, command.usage, '[OPTIONS]'].filter((word) => word !== '')
  const details = command.details === undefined ? [] : ['', command.details]
  return [`Usage: ${usage.join(' ')}`, '', command.summary, ...details, '', columns(rows)].join(
    '\n',
  )
}

function help(spec: OptionSpec): string {
  if (spec.required) return `${spec.help} Needed.`
  if (spec.type === 'list') return `${spec.help} May be given several times.`
  const { default: usual } = spec
  return usual === undefined || usual === '' ? spec.help : `${spec.help} Default: ${usual}.`
}
