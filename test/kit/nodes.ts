import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { dialects } from '../../src/dialects/registry.ts'
import { openStore } from '../../src/storage/open-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { type NewWorkspace, newWorkspace } from './new-workspace.ts'
import { newDatabase } from './postgres.ts'
import { rosterBin, type SpawnedRoster, type SpawnOptions, spawnRoster } from './spawn-roster.ts'
import { diskFolder } from './temp-folder.ts'

/** Several programs on one database, with nothing else in common but the secret key. */
export interface Nodes {
  /** Those that were started with it, in their order. */
  running: SpawnedRoster[]
  urls: string[]
  /** The database they share, past all proxies. */
  databaseUrl: string
  /** A store beside them, as the command line has one. */
  store: Store
  /** Starts one more, with a data folder of its own. */
  start(options?: NodeOptions): Promise<SpawnedRoster>
  newWorkspace(): Promise<NewWorkspace>
  /** Runs a command of the program beside them, which must succeed. */
  run(...args: string[]): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

export interface NodeOptions extends Partial<SpawnOptions> {
  /** The way to the database, when it is not the straight one. */
  url?: string
}

/** Starts nodes, one for each element; on a database of their own unless one is named. */
export async function startNodes(
  options: readonly NodeOptions[],
  shared?: { databaseUrl: string },
): Promise<Nodes> {
  const database = shared ? null : await newDatabase()
  const databaseUrl = shared?.databaseUrl ?? (database?.url as string)
  const folder = diskFolder()
  const secretKey = randomBytes(32).toString('hex')
  const running: SpawnedRoster[] = []
  const started: SpawnedRoster[] = []
  const decision = new URL('../../src/decision.ts', import.meta.url)
  const env = { ROSTER_DATABASE_URL: databaseUrl, ROSTER_SECRET_KEY: secretKey }
  let count = 0
  const start = async ({ url, env: more, ...rest }: NodeOptions = {}) => {
    const dataDir = join(folder.path, `node-${count++}`)
    const way = url === undefined ? {} : { ROSTER_DATABASE_URL: url }
    const node = await spawnRoster({ dataDir, env: { ...env, ...way, ...more }, ...rest })
    started.push(node)
    return node
  }
  const store = await openStore(databaseUrl, { decision, connectionsMax: 3 })
  const dispose = async () => {
    await Promise.all(started.map((node) => node.stop()))
    await store.close()
    await database?.remove()
    folder.remove()
  }
  try {
    running.push(...(await Promise.all(options.map(start))))
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    running,
    urls: running.map(({ url }) => url),
    databaseUrl,
    store,
    start,
    newWorkspace: () => newWorkspace(store, dialects),
    run: (...args) => run(args, { ...env, ROSTER_DATA: join(folder.path, 'command-line') }),
    [Symbol.asyncDispose]: dispose,
  }
}

async function run(args: string[], env: { [name: string]: string }): Promise<string> {
  const child = spawn(rosterBin, args, {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit')
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await exit
  if (code !== 0) throw new Error(`roster ${args.join(' ')} exited with ${code}: ${err}`)
  return out
}
