import { loadGrammar } from '../../app.ts'
import { rulesFileSchema } from '../../core/rule-schema-json.ts'
import { defineCommand } from '../command.ts'

export const rulesSchema = defineCommand({
  name: 'rules schema',
  summary: 'Print the JSON Schema of a rules file, for editors.',
  usage: '',
  details: [
    'Write it to a file and name that on the first line of the rules file:',
    '# yaml-language-server: $schema=rules.schema.json',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {},
  async run() {
    const { actions, destinationTypes } = await loadGrammar()
    const json = rulesFileSchema(actions, destinationTypes)
    return { json, text: JSON.stringify(json, null, 2) }
  },
})
