import { createReadStream, type ReadStream } from 'node:fs'
import type { JsonValue } from '../../core/json.ts'
import {
  batchRows,
  columnsMax,
  type RowSource,
  rowLengthMax,
  type SourceRow,
} from './source-row.ts'

/** Opens a file with one JSON object a line. Its columns are the names its first rows have. */
export async function readNdjson(path: string): Promise<RowSource> {
  const columns = new Set<string>()
  const head = createReadStream(path)
  for await (const batch of batches(head)) {
    for (const { cells } of batch) for (const name of cells?.keys() ?? []) columns.add(name)
    break
  }
  head.destroy()
  const input = createReadStream(path, { highWaterMark: 262_144 })
  return {
    format: 'ndjson',
    columns: [...columns].slice(0, columnsMax),
    rows: batches(input),
    bytesRead: () => input.bytesRead,
  }
}

async function* batches(input: ReadStream): AsyncGenerator<SourceRow[]> {
  let batch: SourceRow[] = []
  let number = 0
  for await (const line of lines(input)) {
    number += 1
    if (line !== null && line.trim() === '') continue
    batch.push(rowOf(number, line))
    if (batch.length < batchRows) continue
    const full = batch
    batch = []
    yield full
  }
  if (batch.length > 0) yield batch
}

/** The lines of a text; null for one that is too long, which is not kept. */
async function* lines(input: ReadStream): AsyncGenerator<string | null> {
  const decoder = new TextDecoder()
  let rest = ''
  let tooLong = false
  for await (const chunk of input as AsyncIterable<Buffer>) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      yield tooLong || part.length > rowLengthMax ? null : part
      tooLong = false
    }
    if (rest.length <= rowLengthMax) continue
    tooLong = true
    rest = ''
  }
  rest += decoder.decode()
  if (tooLong || rest !== '') yield tooLong ? null : rest
}

function rowOf(number: number, line: string | null): SourceRow {
  const refused = (fault: string) => ({ number, cells: null, fault, raw: line ?? '' })
  if (line === null) return refused(`is longer than ${rowLengthMax} characters`)
  let value: JsonValue
  try {
    value = JSON.parse(line) as JsonValue
  } catch (error) {
    return refused(`is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refused('is not a JSON object')
  }
  const cells = new Map<string, JsonValue>(Object.entries(value))
  return { number, cells, fault: null, raw: line }
}
