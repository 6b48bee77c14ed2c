import Type, { type TObject } from 'typebox'
import type { DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { problemOf } from './problem.ts'
import { asFault } from './read-input.ts'
import { closed, refusedEntry } from './schemas.ts'

/** What one entry came to; `status` is what the call alone would have been answered with. */
export type EntryResult = JsonObject & { status: number }

/**
 * Answers a call with many entries: each is judged by itself, by what judges the call with one, and
 * has its own result at its place. What `each` does before it first waits is done for all entries
 * in one turn, so that the store may write them together.
 */
export async function answerMany(
  name: string,
  entries: JsonValue | undefined,
  each: (entry: JsonValue, index: number) => Promise<EntryResult>,
): Promise<DialectResponse> {
  const most = limits.bulkEntriesMax
  if (!Array.isArray(entries) || entries.length < 1 || entries.length > most) {
    throw asFault([{ path: [name], message: `Must be a list of 1 to ${most} entries.` }])
  }
  const results = await Promise.all(entries.map((entry, index) => answerOne(entry, index, each)))
  const refused = results.filter(({ status }) => Number(status) >= 400).length
  const body = { accepted: results.length - refused, refused, results }
  return { status: 207, body }
}

async function answerOne(
  entry: JsonValue,
  index: number,
  each: (entry: JsonValue, index: number) => Promise<EntryResult>,
): Promise<JsonObject> {
  try {
    return { index, ...(await each(entry, index)) }
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault('outcome_unknown', { cause: error })
    const [first] = fault.fields
    return {
      index,
      ...problemOf(fault),
      ...(first ? { field: first.field } : {}),
      ...(first?.hint === undefined ? {} : { hint: first.hint }),
    }
  }
}

/** The schema of an answer to many. */
export function manyResults(entry: TObject, name: string) {
  const result = Type.Object(
    { index: Type.Integer(), status: Type.Integer(), ...entry.properties },
    { ...closed, 'x-name': name },
  )
  return Type.Object(
    {
      accepted: Type.Integer(),
      refused: Type.Integer(),
      results: Type.Array(Type.Union([result, refusedEntry])),
    },
    closed,
  )
}
