import type { CliCommand } from './command.ts'
import { commonOptions } from './parse-arguments.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A command with the words that may stand where a value is asked for, as far as they are known. */
interface Completed {
  name: string
  summary: string
  options: { name: string; help: string; takesValue: boolean; values: readonly string[] }[]
  words: readonly string[]
}

/** A script that has a shell complete commands, their second words, their options and values. */
export async function completionScript(
  shell: Shell,
  commands: readonly CliCommand[],
): Promise<string> {
  const all = await Promise.all(commands.map(completed))
  switch (shell) {
    case 'bash':
      return bash(all)
    case 'zsh':
      return zsh(all)
    case 'fish':
      return fish(all)
  }
}

async function completed({ name, summary, options, words }: CliCommand): Promise<Completed> {
  const entries = Object.entries({ ...options, ...commonOptions })
  return {
    ...{ name, summary, words: words?.() ?? [] },
    options: await Promise.all(
      entries.map(async ([option, spec]) => {
        const values = 'values' in spec ? spec.values : []
        return {
          ...{ name: option, help: spec.help, takesValue: spec.type !== 'flag' },
          values: typeof values === 'function' ? await values() : (values ?? []),
        }
      }),
    ),
  }
}

function bash(commands: readonly Completed[]): string {
  return `# Completion of roster for bash: source <(roster completion bash)
_roster() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${firstWords(commands).join(' ')}'
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases(commands, '$prev', (words) => `words='${words.join(' ')}'`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _roster roster bin/roster
`
}

function zsh(commands: readonly Completed[]): string {
  return `#compdef roster
# Completion of roster for zsh: source <(roster completion zsh)
_roster() {
  if (( CURRENT == 2 )); then
    compadd -- ${firstWords(commands).join(' ')}
    return
  fi
  case "$words[2] $words[3]" in
${cases(commands, '$words[CURRENT-1]', (words) => (words.length > 0 ? `compadd -- ${words.join(' ')}` : ':'))}
  esac
  (( compstate[nmatches] )) || [[ $PREFIX == -* ]] || _files
}
compdef _roster roster
`
}

function fish(commands: readonly Completed[]): string {
  const first = firstWords(commands).map((word) => {
    const own = commands.find(({ name }) => name === word)
    return `complete -c roster -f -n __fish_use_subcommand -a ${word}${described(own?.summary)}`
  })
  const rest = commands.flatMap(({ name, summary, options, words }) => {
    const [group = '', second] = name.split(' ')
    const inGroup = `__fish_seen_subcommand_from ${group}`
    const seconds = commands.flatMap((each) => {
      return each.name.startsWith(`${group} `) ? [each.name.slice(group.length + 1)] : []
    })
    const among = `not __fish_seen_subcommand_from ${seconds.join(' ')}`
    const here =
      second === undefined ? inGroup : `${inGroup}; and __fish_seen_subcommand_from ${second}`
    return [
      ...(second === undefined
        ? []
        : [
            `complete -c roster -f -n '${inGroup}; and ${among}' -a ${second}${described(summary)}`,
          ]),
      ...(words.length === 0 ? [] : [`complete -c roster -f -n '${here}' -a '${words.join(' ')}'`]),
      ...options.map(({ name: option, help, takesValue, values }) => {
        const known = values.length > 0 ? ` -x -a '${values.join(' ')}'` : ' -r'
        const value = takesValue ? known : ''
        return `complete -c roster -n '${here}' -l ${option}${value}${described(help)}`
      }),
    ]
  })
  return [
    '# Completion of roster for fish: roster completion fish | source',
    ...first,
    ...rest,
    '',
  ].join('\n')
}

/** Branches of a `case` on the first two words; what one word leads to comes last. */
function cases(
  commands: readonly Completed[],
  before: string,
  line: (words: readonly string[]) => string,
): string {
  const within = (command: Completed) => branches(command, before, line)
  const ofTwo = commands.filter(({ name }) => name.includes(' '))
  const ofOne = commands.filter(({ name }) => !name.includes(' '))
  const groups = new Map<string, string[]>()
  for (const { name } of ofTwo) {
    const [group = '', second = ''] = name.split(' ')
    groups.set(group, [...(groups.get(group) ?? []), second])
  }
  return [
    ...ofTwo.map((command) => `    '${command.name}') ${within(command)} ;;`),
    ...ofOne.map((command) => `    '${command.name} '*) ${within(command)} ;;`),
    ...[...groups].map(([group, seconds]) => `    '${group} '*) ${line(seconds)} ;;`),
  ].join('\n')
}

/** Behind an option its values, or none, where files are offered; else options and words. */
function branches(
  { options, words }: Completed,
  before: string,
  line: (words: readonly string[]) => string,
): string {
  const names = options.map(({ name }) => `--${name}`)
  const known = options.filter(({ values }) => values.length > 0)
  const free = options.filter(({ takesValue, values }) => takesValue && values.length === 0)
  return [
    `case "${before}" in`,
    ...known.map(({ name, values }) => `      --${name}) ${line(values)} ;;`),
    ...(free.length > 0
      ? [`      ${free.map(({ name }) => `--${name}`).join('|')}) ${line([])} ;;`]
      : []),
    `      *) ${line([...words, ...names])} ;;`,
    '    esac',
  ].join('\n')
}

function firstWords(commands: readonly Completed[]): string[] {
  return [...new Set([...commands.map(({ name }) => name.split(' ')[0] ?? ''), 'help'])]
}

function described(text: string | undefined): string {
  return text === undefined ? '' : ` -d '${text.replaceAll(/[\\']/g, '\\$&')}'`
}
