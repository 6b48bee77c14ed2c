import { readFile } from 'node:fs/promises'
import { loadGrammar } from '../../app.ts'
import { diffRules, type RuleChange } from '../../core/diff-rules.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readRulesFile } from '../read-rules-file.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const rulesApply = defineCommand({
  name: 'rules apply',
  summary: "Put a file's rules in the place of a workspace's own.",
  usage: 'FILE',
  details: [
    'The file is YAML with a list "rules:". It is taken whole or not at all, and is in force at',
    'once, also on a running server. A rule whose definition is unchanged keeps its version. "-"',
    'reads standard input. With --dry-run nothing is changed.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    'dry-run': { type: 'flag', help: 'Only say what would change.' },
  },
  async run({ config, positionals, options }) {
    const file = positionals[0] ?? ''
    const text = await readText(file)
    const definitions = readRulesFile(file === '-' ? 'stdin' : file, text, await loadGrammar())
    const isDry = options['dry-run']
    const { before, rules } = await withStore(config(), async (store) => {
      const { id } = await findWorkspace(store, options.workspace)
      const inForce = await store.listRules(id)
      if (isDry) return { before: inForce, rules: null }
      return { before: inForce, rules: await store.replaceRules(id, definitions) }
    })
    const changes = diffRules(before, definitions)
    const shown = changes.length === 0 ? 'Nothing changes.' : changes.map(line).join('\n')
    const json = { workspace: options.workspace, changes }
    if (rules === null) return { json: { ...json, dryRun: true }, text: shown }
    const versions = rules.map(({ name, version }) => ({ name, version }))
    const names = versions.map(({ name, version }) => `${name}@${version}`)
    const inForce = `In force: ${names.join(', ') || 'no rules'}.`
    return { json: { ...json, rules: versions }, text: `${shown}\n${inForce}` }
  },
})

function line({ change, name, keys }: RuleChange): string {
  const marks = { added: '+', changed: '~', removed: '-', moved: '>' }
  return `${marks[change]} ${name}: ${change}${keys ? ` (${keys.join(', ')})` : ''}`
}

/** The text of a file that was named on the command line; "-" is standard input. */
export async function readText(file: string): Promise<string> {
  try {
    const bytes = await readFile(file === '-' ? '/dev/stdin' : file)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError)
      throw new CliError('refused', `${file}: is not UTF-8 text.`, error)
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('refused', `${file}: cannot be read (${reason}).`, error)
  }
}
