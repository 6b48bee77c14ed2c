import pg from 'pg'

/**
 * A planted defect, as in `planted-early-answer.ts`: commits are put off and reported as done at
 * once. What comes next on the same connection waits for them.
 */
type Query = (...values: unknown[]) => Promise<unknown>

const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client
const flushMs = 100
const flushes = new WeakMap<object, Promise<unknown>>()

client.query = function (this: object, ...values: unknown[]): Promise<unknown> {
  const ask = () => query.apply(this, values)
  const flush = flushes.get(this)
  if ((values[0] as { text?: string } | string) !== 'COMMIT') return flush ? flush.then(ask) : ask()
  const later = new Promise((resolve) => setTimeout(resolve, flushMs)).then(ask)
  flushes.set(this, later)
  return Promise.resolve({ command: 'COMMIT', rows: [] })
}
