import { didYouMean } from '../../lib/nearest.ts'
import { makeNativeCall, type OfferedCall, offeredCalls } from '../../native-calls.ts'
import { textOf } from '../api-command.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readJson } from '../read-values.ts'
import { findWorkspace, withStore } from '../with-store.ts'

export const call = defineCommand({
  name: 'call',
  summary: 'Make any call of the native API, without a server.',
  usage: 'OPERATION [NAME=VALUE...]',
  details:
    'Operations and their parameters are those of the document at /docs/. For instance:\n' +
    'roster call listProfiles limit=3. Without an operation it lists them all.',
  positionals: { min: 0, max: 50 },
  words: () => offeredCalls.map(({ operation }) => operation),
  options: {
    workspace: workspaceOption,
    body: { type: 'text', placeholder: 'JSON', help: 'The body, for a call that takes one.' },
  },
  async run({ config, positionals, options }) {
    const [asked, ...words] = positionals
    if (asked === undefined) return overview()
    const found = offeredCalls.find(({ operation }) => operation === asked)
    if (!found) {
      const meant = didYouMean(
        asked,
        offeredCalls.map(({ operation }) => operation),
      )
      throw new CliError('usage', `There is no call "${asked}".${meant} See roster call.`)
    }
    const { params, query } = readParameters(found, words)
    const body = options.body === undefined ? undefined : readJson('--body', options.body)
    const answer = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      const of = { config: config(), store, workspace }
      return makeNativeCall(asked, { params, query, body }, of)
    })
    return { json: answer, text: textOf(answer) }
  },
})

function readParameters({ operation, inPath, inQuery }: OfferedCall, words: readonly string[]) {
  const params: { [name: string]: string } = {}
  const query: { [name: string]: string } = {}
  for (const word of words) {
    const at = word.indexOf('=')
    if (at < 1) throw new CliError('usage', `"${word}" is not NAME=VALUE.`)
    const name = word.slice(0, at)
    const value = word.slice(at + 1)
    const known = [...inPath, ...inQuery.map((each) => each.name)]
    if (!known.includes(name)) {
      const meant = didYouMean(name, known)
      throw new CliError('usage', `${operation} takes no "${name}".${meant}`)
    }
    if (inPath.includes(name)) params[name] = value
    else query[name] = value
  }
  const missing = inPath.find((name) => params[name] === undefined)
  if (missing === undefined) return { params, query }
  throw new CliError('usage', `${operation} needs ${missing}=VALUE.`)
}

function overview() {
  const text = offeredCalls
    .map(({ operation, summary, inPath, inQuery, takesBody }) => {
      const own = [
        ...inPath.map((name) => `${name}=`),
        ...inQuery.map(({ name }) => `[${name}=]`),
        ...(takesBody ? ['--body'] : []),
      ]
      return `${operation} ${own.join(' ')}\n    ${summary}`
    })
    .join('\n')
  return { json: { calls: offeredCalls }, text }
}
