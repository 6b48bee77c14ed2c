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

interface Server {
  url(database: string): string
  /** Has the newest schema and nothing in it; copying it is quicker than to make it anew. */
  template: string
}

let server: Promise<Server> | null = null

/** An empty database, with the newest schema already in it unless `empty` asks for nothing. */
export async function newDatabase({ empty = false } = {}): Promise<TestDatabase> {
  server ??= findServer()
  const { url, template } = await server
  const name = randomName()
  const template_ = empty ? 'template0' : template
  await once(url('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template_}`)
  const remove = () => once(url('postgres'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  return {
    url: url(name),
    query: async (text, values) => (await ask(url(name), text, values)).rows,
    remove: async () => void (await remove()),
    [Symbol.asyncDispose]: async () => void (await remove()),
  }
}

/** The operator's own server where one is named, else one that lives as long as this process. */
async function findServer(): Promise<Server> {
  const given = process.env.ROSTER_TEST_POSTGRES_URL
  const url =
    given === undefined ? (await startPostgres()).url : (name: string) => inDatabase(given, name)
  const template = randomName()
  await once(url('postgres'), `CREATE DATABASE ${template}`)
  const decision = new URL('../../src/decision.ts', import.meta.url)
  await (await openStore(url(template), { decision })).close()
  if (given !== undefined) {
    process.once('beforeExit', () => {
      void once(url('postgres'), `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`)
    })
  }
  return { url, template }
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
