import type { CliCommand } from './command.ts'
import { commonOptions } from './parse-arguments.ts'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A script that has a shell complete commands, their second words, and their options. */
export function completionScript(shell: Shell, commands: readonly CliCommand[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands)
    case 'zsh':
      return zsh(commands)
    case 'fish':
      return fish(commands)
  }
}

function bash(commands: readonly CliCommand[]): string {
  return `# Completion of roster for bash: source <(roster completion bash)
_roster() {
  local cur=\${COMP_WORDS[COMP_CWORD]} words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words='${firstWords(commands).join(' ')}'
  else
    case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases(commands, (words) => `words='${words.join(' ')}'`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _roster roster bin/roster
`
}

function zsh(commands: readonly CliCommand[]): string {
  return `#compdef roster
# Completion of roster for zsh: source <(roster completion zsh)
_roster() {
  if (( CURRENT == 2 )); then
    compadd -- ${firstWords(commands).join(' ')}
    return
  fi
  case "$words[2] $words[3]" in
${cases(commands, (words) => `compadd -- ${words.join(' ')}`)}
  esac
  [[ $PREFIX == -* ]] || _files
}
compdef _roster roster
`
}

function fish(commands: readonly CliCommand[]): string {
  const first = firstWords(commands).map((word) => {
    const own = commands.find(({ name }) => name === word)
    return `complete -c roster -n __fish_use_subcommand -a ${word}${described(own?.summary)}`
  })
  const rest = commands.flatMap(({ name, summary, options }) => {
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
        : [`complete -c roster -n '${inGroup}; and ${among}' -a ${second}${described(summary)}`]),
      ...Object.entries({ ...options, ...commonOptions }).map(([option, { type, help }]) => {
        const value = type === 'flag' ? '' : ' -r'
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

/** Branches of a \`case\` on the first two words; what one word leads to comes last. */
function cases(
  commands: readonly CliCommand[],
  line: (words: readonly string[]) => string,
): string {
  const options = ({ options: own }: CliCommand) =>
    Object.keys({ ...own, ...commonOptions }).map((name) => `--${name}`)
  const ofTwo = commands.filter(({ name }) => name.includes(' '))
  const ofOne = commands.filter(({ name }) => !name.includes(' '))
  const groups = new Map<string, string[]>()
  for (const { name } of ofTwo) {
    const [group = '', second = ''] = name.split(' ')
    groups.set(group, [...(groups.get(group) ?? []), second])
  }
  return [
    ...ofTwo.map((command) => `    '${command.name}') ${line(options(command))} ;;`),
    ...ofOne.map((command) => `    '${command.name} '*) ${line(options(command))} ;;`),
    ...[...groups].map(([group, seconds]) => `    '${group} '*) ${line(seconds)} ;;`),
  ].join('\n')
}

function firstWords(commands: readonly CliCommand[]): string[] {
  return [...new Set([...commands.map(({ name }) => name.split(' ')[0] ?? ''), 'help'])]
}

function described(text: string | undefined): string {
  return text === undefined ? '' : ` -d '${text.replaceAll(/[\\']/g, '\\$&')}'`
}
