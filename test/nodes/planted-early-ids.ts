import pg from 'pg'
import { takeIds } from '../../src/storage/postgres/statements.ts'

/**
 * A planted defect: ids of events are taken outside of the transaction that writes them, as from a
 * sequence. They have no gaps while nothing fails, but they are not in the order of the commits.
 */
type Query = (question: { name?: string } | string, ...more: unknown[]) => Promise<unknown>

const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client
let aside: Promise<pg.Client> | null = null

client.query = async function (this: object, question, ...more): Promise<unknown> {
  if (typeof question === 'string' || question.name !== takeIds.name) {
    return query.call(this, question, ...more)
  }
  aside ??= connectAside()
  return query.call(await aside, question, ...more)
}

async function connectAside(): Promise<pg.Client> {
  // Numbers as the program has them.
  const types = {
    getTypeParser: ((oid: number, format?: 'text') =>
      oid === 20 ? Number : pg.types.getTypeParser(oid, format)) as never,
  }
  const connection = new pg.Client({
    connectionString: process.env.ROSTER_DATABASE_URL,
    types,
  })
  await connection.connect()
  return connection
}
