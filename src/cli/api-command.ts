import type { JsonObject, JsonValue } from '../core/json.ts'
import { makeNativeCall, offeredCalls } from '../native-calls.ts'
import { columns, printable } from './columns.ts'
import {
  type CliCommand,
  defineCommand,
  type Input,
  type OptionSpec,
  workspaceOption,
} from './command.ts'
import { findProfileId } from './find-profile-id.ts'
import { findWorkspace, withStore } from './with-store.ts'

type Options = { readonly [name: string]: string | number | boolean | string[] | undefined }

interface Spec {
  name: string
  summary: string
  usage: string
  details?: string
  operation: string
  positionals: { min: number; max: number }
  /** The parameters in the path, as the words say; a profile is written as ID or KIND=VALUE. */
  params?: readonly string[]
  /** Options besides the call's own parameters. */
  options?: { [name: string]: OptionSpec }
  body?(input: Pick<Input<never>, 'positionals'> & { options: Options }): JsonObject
  /** What a list shows: a heading, and where the value is. */
  show?: readonly (readonly [string, (entry: JsonObject) => JsonValue | undefined])[]
}

/**
 * A command that makes one call of the native API on the store: with the call's own parameters for
 * options, its checks and its answer.
 */
export function apiCommand(spec: Spec): CliCommand {
  const call = offeredCalls.find(({ operation }) => operation === spec.operation)
  if (!call) throw new Error(`there is no call ${spec.operation}`)
  const asked = call.inQuery.filter(({ name }) => !call.inPath.includes(name))
  const own = asked.map(({ name, help, type, words }): [string, OptionSpec] => [
    name.replaceAll('_', '-'),
    type === 'boolean' && flags.includes(name)
      ? { type: 'flag', help: sentence(help.replace(/^true or false; true /, '')) }
      : {
          type: 'text',
          help: words && words.length > 0 ? `One of ${help}.` : sentence(help),
          placeholder: placeholder(type),
          values: words,
        },
  ])
  const options = { workspace: workspaceOption, ...Object.fromEntries(own), ...spec.options }
  const { name, summary, usage, details, positionals } = spec
  return defineCommand({
    ...{ name, summary, usage, positionals, options },
    ...(details === undefined ? {} : { details }),
    async run({ config, positionals: words, options: raw }) {
      const given = raw as Options
      const body = spec.body?.({ positionals: words, options: given })
      const answer = await withStore(config(), async (store) => {
        const workspace = await findWorkspace(store, workspaceOf(given))
        const params: { [name: string]: string } = {}
        for (const [index, param] of (spec.params ?? []).entries()) {
          const word = words[index] ?? ''
          params[param] = param === 'id' ? await findProfileId(store, workspace.id, word) : word
        }
        const query = Object.fromEntries(
          asked.flatMap(({ name: param }) => {
            const value = given[param.replaceAll('_', '-')]
            return value === undefined || value === false ? [] : [[param, String(value)]]
          }),
        )
        const of = { config: config(), store, workspace }
        return makeNativeCall(spec.operation, { params, query, body }, of)
      })
      return { json: answer, text: textOf(answer, spec.show) }
    },
  })
}

/** Parameters that say no when they are left out. */
const flags = ['dry_run', 'explain', 'total']

export function workspaceOf(options: Options): string {
  return String(options.workspace)
}

function placeholder(type: string | undefined): string {
  return type === 'integer' ? 'N' : 'VALUE'
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase()
  return text === '' ? '' : `${first}${text.slice(1)}.`
}

/** A list as lines, and anything else as JSON that can be read. */
export function textOf(answer: JsonValue, show?: Spec['show']): string {
  const { data, next_cursor: next = null } = (answer ?? {}) as JsonObject
  if (!show || !Array.isArray(data)) {
    return JSON.stringify(answer, null, 2).split('\n').map(printable).join('\n')
  }
  const rows = (data as JsonObject[]).map((entry) => show.map(([, of]) => cell(of(entry))))
  const table = columns([show.map(([head]) => head), ...rows])
  return next === null ? table : `${table}\nThere is more: --cursor ${String(next)}`
}

function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') return '-'
  return printable(typeof value === 'string' ? value : JSON.stringify(value))
}
