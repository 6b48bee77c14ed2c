import { readFile } from 'node:fs/promises'
import { didYouMean } from '../../lib/nearest.ts'
import { CliError, defineCommand } from '../command.ts'

const dumps: { readonly [engine: string]: URL } = {
  sqlite: new URL('../../storage/migrations/schema.sqlite.txt', import.meta.url),
  postgres: new URL('../../storage/migrations/schema.postgres.txt', import.meta.url),
}
const engines = Object.keys(dumps)

export const schema = defineCommand({
  name: 'schema',
  summary: 'Print the tables of the store, as this program makes them.',
  usage: '',
  details:
    'For whoever reads the database with other tools. Which version a store has: roster doctor.',
  positionals: { min: 0, max: 0 },
  options: {
    engine: {
      type: 'text',
      placeholder: engines.join('|'),
      values: engines,
      help: 'Of this engine; of the configured one when left out.',
    },
  },
  async run({ config, options }) {
    const engine = options.engine ?? (config().databaseUrl === null ? 'sqlite' : 'postgres')
    const dump = dumps[engine]
    if (!dump) {
      const known = engines.join(' and ')
      const meant = didYouMean(engine, engines)
      throw new CliError('usage', `There is no engine "${engine}", only ${known}.${meant}`)
    }
    const text = await readFile(dump, 'utf8')
    return { json: { engine, schema: text }, text }
  },
})
