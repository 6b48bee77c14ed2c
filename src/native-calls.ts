import type { TObject, TSchema } from 'typebox'
import { appSealer, createTester, loadNativeParts, whoRuns } from './app.ts'
import type { Config } from './config/load-config.ts'
import type { JsonValue } from './core/json.ts'
import type { Workspace } from './core/workspace.ts'
import { type Asked, callDirectly } from './http/native/call-directly.ts'
import type { NativeRoute } from './http/native/route.ts'
import { routes } from './http/native/routes.ts'
import type { FullStore } from './storage/open-store.ts'

/** A parameter of a call, as a command line has to know it. */
export interface CallParameter {
  name: string
  help: string
  type: string | undefined
  /** The words it may be, where these are told. */
  words: string[]
}

export interface OfferedCall {
  operation: string
  summary: string
  method: string
  inPath: string[]
  inQuery: CallParameter[]
  takesBody: boolean
}

/** The calls that answer once: the stream of events has a command of its own. */
const offered = routes.filter(({ answers }) => answers[200]?.contentType === undefined)

/** Every call of the native API that can be made without a server. */
export const offeredCalls: readonly OfferedCall[] = offered.map((route) => ({
  operation: route.operation,
  summary: route.summary,
  method: route.method,
  inPath: Object.keys(route.params?.properties ?? {}),
  inQuery: parametersOf(route.query),
  takesBody: route.body !== undefined,
}))

/** Makes calls of the native API on a store that is at hand, for the command line. */
export async function makeNativeCall(
  operation: string,
  asked: Asked,
  of: { config: Config; store: FullStore; workspace: Workspace },
): Promise<JsonValue> {
  const { config, store, workspace } = of
  const actor = { via: 'cli', name: whoRuns(), request: null }
  const route = offered.find((each) => each.operation === operation) as NativeRoute
  const sealer = appSealer(config)
  const tester = await createTester(config, sealer)
  try {
    const native = await loadNativeParts(config)
    const parts = { ...native, deliveries: store, sealer, testDestination: tester.test }
    return await callDirectly(route, asked, { store, workspace, parts, now: Date.now(), actor })
  } finally {
    await tester.close()
  }
}

function parametersOf(schema: TObject | undefined): CallParameter[] {
  const properties = (schema?.properties ?? {}) as { [name: string]: Described }
  return Object.entries(properties).map(([name, { type, description = '', anyOf = [] }]) => {
    const words = anyOf.flatMap(({ const: word }) => (word === undefined ? [] : String(word)))
    return { name, help: description, type, words }
  })
}

type Described = TSchema & {
  type?: string
  description?: string
  anyOf?: { const?: unknown }[]
}
