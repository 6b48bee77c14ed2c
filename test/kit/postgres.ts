import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openStore } from '../../src/storage/open-store.ts'
import { startPostgres } from './postgres-server.ts'

/** A database of a test's own. */
export interface TestDatabase {
  url: string
  /** Asks it directly, past the store. */
  query(text: string, values?: unknown[]): Promise<pg.QueryResultRow[]>
  remove(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Tells the files of a run of the suite of the server that they have in common. */
export const sharedServer = 'ROSTER_TEST_SHARED_POSTGRES'

/** As JSON in the environment. */
export interface SharedServer {
  /** The address of some database on it. */
  url: string
  /** Has the newest schema and nothing in it; copying it is quicker than to make it anew. */
  template: string
  /** Copies files where that waits for no disk; elsewhere the server writes its log instead. */
  copies: 'FILE_COPY' | 'WAL_LOG'
}

interface Server extends Omit<SharedServer, 'url'> {
  url(database: string): string
  /** Whether a database is left to go with the server, when the run is over. */
  keeps: boolean
}

let server: Promise<Server> | null = null
let _mayShare = true

/** For a file that looks at a whole server: what others left there is none of its business. */
export function ownServer(): void {
  _mayShare = false
}

/** An empty database, with the newest schema already in it unless `empty` asks for nothing. */
export async function newDatabase({ empty = false } = {}): Promise<TestDatabase> {
  server ??= findServer()
  const { url, template, copies, keeps } = await server
  const name = randomName()
  const from = `TEMPLATE ${empty ? 'template0' : template} STRATEGY ${copies}`
  await once(url('postgres'), `CREATE DATABASE ${name} ${from}`)
  const remove = async () => keeps || (await drop(url, name))
  return {
    url: url(name),
    query: async (text, values) => (await ask(url(name), text, values)).rows,
    remove: async () => void (await remove()),
    [Symbol.asyncDispose]: async () => void (await remove()),
  }
}

/**
 * The operator's own server where one is named, else that of the run, else one that lives as long
 * as this process.
 */
async function findServer(): Promise<Server> {
  const given = process.env.ROSTER_TEST_POSTGRES_URL
  if (given !== undefined) {
    const url = (name: string) => inDatabase(given, name)
    const template = await newTemplate(url)
    process.once('beforeExit', () => void drop(url, template))
    return { url, template, copies: 'WAL_LOG', keeps: false }
  }
  const shared = process.env[sharedServer]
  if (shared !== undefined && _mayShare) {
    return serverOf(JSON.parse(shared) as SharedServer)
  }
  return serverOf((await startForTests()).shared)
}

function serverOf({ url, ...shared }: SharedServer): Server {
  // On a disk the server would write all of its memory there for each that goes.
  const keeps = shared.copies === 'WAL_LOG'
  return { url: (name) => inDatabase(url, name), ...shared, keeps }
}

/** A server of ours for any number of databases, with nothing on it that makes a test wait. */
export async function startForTests(): Promise<{ shared: SharedServer; stop(): Promise<void> }> {
  // Without a second server to send its log to, it writes less of it.
  const settings = ['max_connections=400', 'wal_level=minimal', 'max_wal_senders=0']
  const { url, isInMemory, stop } = await startPostgres([...settings, 'max_wal_size=128MB'], {
    waitless: true,
  })
  const copies = isInMemory ? 'FILE_COPY' : 'WAL_LOG'
  return { shared: { url: url('postgres'), template: await newTemplate(url), copies }, stop }
}

/** Makes the database that others are copied from, and answers its name. */
async function newTemplate(url: Server['url']): Promise<string> {
  const template = randomName()
  await once(url('postgres'), `CREATE DATABASE ${template}`)
  const decision = new URL('../../src/decision.ts', import.meta.url)
  await (await openStore(url(template), { decision })).close()
  return template
}

async function drop(url: Server['url'], name: string): Promise<void> {
  await once(url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
}

function inDatabase(url: string, name: string): string {
  const there = new URL(url)
  there.pathname = `/${name}`
  return there.href
}

function randomName(): string {
  return `roster_test_${randomBytes(6).toString('hex')}`
}

function once(url: string, text: string): Promise<pg.QueryResult> {
  return ask(url, text)
}

async function ask(url: string, text: string, values?: unknown[]): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(text, values)
  } finally {
    await client.end()
  }
}
