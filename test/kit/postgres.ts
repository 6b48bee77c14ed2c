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
}

interface Server {
  url(database: string): string
  template: string
  /** Goes with all that is in it, when the run is over. */
  isOurs: boolean
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
  const { url, template, isOurs } = await server
  const name = randomName()
  const template_ = empty ? 'template0' : template
  await once(url('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template_}`)
  // The server would write all of its memory to the disk for each that goes.
  const remove = async () => isOurs || (await drop(url, name))
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
    return { url, template, isOurs: false }
  }
  const shared = process.env[sharedServer]
  if (shared !== undefined && _mayShare) {
    const { url, template } = JSON.parse(shared) as SharedServer
    return { url: (name) => inDatabase(url, name), template, isOurs: true }
  }
  const { url } = await startPostgres()
  return { url, template: await newTemplate(url), isOurs: true }
}

/** Makes the database that others are copied from, and answers its name. */
export async function newTemplate(url: Server['url']): Promise<string> {
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
