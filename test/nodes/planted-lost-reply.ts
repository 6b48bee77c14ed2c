import pg from 'pg'

/**
 * A planted defect: a commit whose answer never came is taken for one that failed. Loaded into the
 * program before it starts; the check must catch it.
 */
type Query = (...values: unknown[]) => Promise<unknown>

const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client

client.query = function (this: object, ...values: unknown[]): Promise<unknown> {
  const answer = query.apply(this, values)
  if (values[0] !== 'COMMIT') return answer
  return answer.catch(() => {
    // What a server says that undid a transaction because it is short of memory.
    throw Object.assign(new Error('out of memory'), { code: '53200', severity: 'ERROR' })
  })
}
