import { loadDecision, loadGrammar } from '../../app.ts'
import { tryExample } from '../../core/rule-examples.ts'
import { defineCommand, exitCodes } from '../command.ts'
import { readRulesFile } from '../read-rules-file.ts'
import { readText } from './rules-apply.ts'

export const rulesCheck = defineCommand({
  name: 'rules check',
  summary: 'Check a rules file and try its examples; nothing is stored.',
  usage: 'FILE',
  details: [
    'Examples stand in the file under "examples:", each with what is given (event, profile) and what',
    'is expected (rules, events, attributes, tags, deliveries). Waits are taken as over one after the',
    'other. Deliveries are rendered as they would be, and nothing is sent.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {},
  async run({ positionals }) {
    const file = positionals[0] ?? ''
    const named = file === '-' ? 'stdin' : file
    const grammar = await loadGrammar()
    const { rules, examples } = readRulesFile(named, await readText(file), grammar)
    const tools = { ...grammar, decide: await loadDecision() }
    const results = examples.map((example) => {
      return { name: example.name, wrong: tryExample(tools, rules, example, Date.now()) }
    })
    const failed = results.filter(({ wrong }) => wrong.length > 0)
    const lines = results.flatMap(({ name, wrong }) => [
      `${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${name}`,
      ...wrong.map((each) => `     ${each}`),
    ])
    const sum = `${rules.length} rules, ${examples.length} examples, ${failed.length} failed.`
    const exitCode = failed.length === 0 ? exitCodes.ok : exitCodes.failed
    const json = { rules: rules.length, examples: results }
    return { json, text: [...lines, sum].join('\n'), exitCode }
  },
})
