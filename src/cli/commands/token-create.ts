import { loadDialects } from '../../app.ts'
import type { Dialect } from '../../core/dialect.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import { createToken } from '../../first-start.ts'
import { didYouMean } from '../../lib/nearest.ts'
import { columns } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { rateLimitOption, readRateLimit } from '../read-rate-limit.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const tokenCreate = defineCommand({
  name: 'token create',
  summary: 'Make a token for one dialect and one workspace.',
  usage: '--dialect DIALECT',
  details:
    'The secret is shown this once; only its SHA-256 is stored. With --json the answer is the\n' +
    "token in its vendor's shape.",
  positionals: { min: 0, max: 0 },
  options: {
    dialect: {
      type: 'text',
      required: true,
      values: async () => (await loadDialects()).map(({ id }) => id),
      help: 'The dialect the token is for.',
    },
    workspace: workspaceOption,
    scope: {
      type: 'list',
      values: knownScopes,
      help: 'A call the token may make; without any it may make every one.',
    },
    'rate-limit': rateLimitOption,
    label: { type: 'text', default: '', help: 'A word to tell it by in listings.' },
  },
  async run({ config, options }) {
    const dialect = findDialect(await loadDialects(), options.dialect)
    assertText('label', options.label, limits.nameLengthMax)
    const rateLimit = readRateLimit(dialect, options['rate-limit'])
    const scopes = checkScopes(dialect, options.scope)
    const shown = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      return createToken(store, dialect, workspace.id, {
        scopes,
        label: options.label,
        rateLimit,
      })
    })
    const text = columns(Object.entries(shown))
    return { json: shown, text: `${text}\n\nThis is shown once. Keep it safe.` }
  },
})

function findDialect(dialects: readonly Dialect[], id: string): Dialect {
  const found = dialects.find((dialect) => dialect.id === id)
  if (found) return found
  const ids = dialects.map((dialect) => dialect.id)
  throw new CliError(
    'usage',
    `There is no dialect "${id}".${didYouMean(id, ids)} There are: ${ids.join(', ')}.`,
  )
}

/** A scope no call of the dialect asks for would make a token that can do nothing, unnoticed. */
function checkScopes(dialect: Dialect, scopes: readonly string[]): string[] {
  const inEndpoints = dialect.endpoints.map(({ scope }) => scope)
  const known = new Set<string>([...inEndpoints, ...(dialect.scopes ?? [])])
  const unknown = scopes.find((scope) => !known.has(scope))
  if (unknown === undefined) return [...new Set(scopes)]
  const there = `${didYouMean(unknown, known)} It has: ${[...known].join(', ')}.`
  throw new CliError('usage', `${dialect.id} has no scope "${unknown}".${there}`)
}

async function knownScopes(): Promise<string[]> {
  const all = (await loadDialects()).flatMap(({ endpoints, scopes = [] }) => {
    return [...endpoints.map(({ scope }): string => scope), ...scopes]
  })
  return [...new Set(all)].sort()
}
