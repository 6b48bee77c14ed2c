import { didYouMean } from '../../lib/nearest.ts'
import { CliError, defineCommand } from '../command.ts'
import { commands } from '../command-table.ts'
import { completionScript, shells } from '../completion-scripts.ts'

export const completion = defineCommand({
  name: 'completion',
  summary: 'Write a script that completes commands and options in a shell.',
  usage: 'bash|zsh|fish',
  details:
    'In ~/.bashrc: source <(roster completion bash). In ~/.zshrc, behind compinit:\n' +
    'source <(roster completion zsh). In fish: roster completion fish | source.',
  positionals: { min: 1, max: 1 },
  words: () => shells,
  options: {},
  async run({ positionals }) {
    const [asked = ''] = positionals
    const shell = shells.find((each) => each === asked)
    if (!shell) {
      const known = shells.join(', ')
      const meant = didYouMean(asked, shells)
      throw new CliError('usage', `There is no completion for "${asked}", only ${known}.${meant}`)
    }
    const all = await Promise.all(Object.values(commands).map((load) => load()))
    const script = await completionScript(shell, all)
    return { json: { shell, script }, text: script }
  },
})
