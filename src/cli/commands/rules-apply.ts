import { readFile } from 'node:fs/promises'
import { loadGrammar } from '../../app.ts'
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
    'reads standard input.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: { workspace: workspaceOption },
  async run({ config, positionals, options }) {
    const file = positionals[0] ?? ''
    const text = await read(file)
    const definitions = readRulesFile(file === '-' ? 'stdin' : file, text, await loadGrammar())
    const rules = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return store.replaceRules(workspace.id, definitions)
    })
    const names = rules.map(({ name, version }) => `${name}@${version}`)
    const json = {
      workspace: options.workspace,
      rules: rules.map(({ name, version }) => ({ name, version })),
    }
    return { json, text: `In force: ${names.join(', ') || 'no rules'}.` }
  },
})

async function read(file: string): Promise<string> {
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
