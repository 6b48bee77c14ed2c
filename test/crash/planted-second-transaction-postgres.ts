import pg from 'pg'
import { writeChanges } from '../../src/storage/postgres/statements.ts'

/**
 * A planted defect, as in `planted-second-transaction.ts`: profiles are committed first, their
 * events in a second transaction a moment later, and only then is the caller answered.
 */
interface Question {
  name: string
  text: string
  values: unknown[]
}
type Query = (question: Question | string, ...more: unknown[]) => Promise<unknown>

const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client
const gapMs = 40
/** Where the columns of events begin among the values: after those of profiles and identifiers. */
const eventsAt = 20
const put = new WeakMap<object, Question>()

client.query = async function (this: object, question, ...more): Promise<unknown> {
  if (typeof question !== 'string' && question.name === writeChanges.name) {
    const part = (events: boolean) =>
      question.values.map((value, at) => (at === 0 || at >= eventsAt === events ? value : []))
    const count = question.values.length - 1
    put.set(this, { ...question, values: part(true).with(count, 0) })
    const first = part(false).with(count, question.values[count])
    return query.call(this, { ...question, values: first }, ...more)
  }
  const answer = await query.call(this, question, ...more)
  const events = put.get(this)
  if (question !== 'COMMIT' || !events) return answer
  put.delete(this)
  await new Promise((resolve) => setTimeout(resolve, gapMs))
  await query.call(this, 'BEGIN')
  await query.call(this, events)
  return query.call(this, 'COMMIT')
}
