import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { batchRows, rowLengthMax } from './source-row.ts'

/** Letters of cells beyond the header that are told. */
const leftShownMax = 500

/** A file of comma-separated values, and what is known of it before its rows are read. */
export interface CsvSource {
  path: string
  delimiter: string
  columns: readonly string[]
}

/** The cells of a row, as many as there are columns; or why it cannot be read. */
export type ParsedRow = string[] | { fault: string; raw: string | string[] }

export interface ParsedRows {
  /** The number of the first, from 1. */
  first: number
  rows: ParsedRow[]
  /** How much of the file was read so far. */
  bytes: number
  /** Whether these end the file. */
  last: boolean
}

export function parserOptions(delimiter: string) {
  return {
    delimiter,
    bom: true,
    relax_column_count: true,
    // A quote in the middle of a cell is one, as in: 27" screen.
    relax_quotes: true,
    skip_empty_lines: true,
    // Spreadsheets leave lines of nothing but delimiters below what they hold.
    skip_records_with_empty_values: true,
    max_record_size: rowLengthMax,
  } as const
}

/** The rows of a file behind its header, in batches. */
export async function* parseCsv({
  path,
  delimiter,
  columns,
}: CsvSource): AsyncGenerator<ParsedRows> {
  const input = createReadStream(path, { highWaterMark: 262_144 })
  let rows: ParsedRow[] = []
  // Rows are taken as they are found: to hand each on through a stream costs as much as to read it.
  const parser = parse({
    ...parserOptions(delimiter),
    from: 2,
    skip_records_with_error: true,
    on_record: (record: string[]) => {
      rows.push(record.length === columns.length ? record : wrongLength(record, columns.length))
      return null
    },
    on_skip: (error) => {
      rows.push({ fault: `cannot be read: ${error?.message ?? 'it is no CSV'}`, raw: '' })
      return undefined
    },
  })
  // What goes wrong is told by the calls below.
  parser.on('error', () => {})
  parser.resume()
  let first = 1
  for await (const chunk of input as AsyncIterable<Buffer>) {
    await called((done) => parser.write(chunk, done))
    let from = 0
    for (; rows.length - from >= batchRows; from += batchRows) {
      const some = rows.slice(from, from + batchRows)
      yield { first, rows: some, bytes: input.bytesRead, last: false }
      first += batchRows
    }
    rows = rows.slice(from)
  }
  await called((done) => parser.end(done))
  yield { first, rows, bytes: input.bytesRead, last: true }
}

function wrongLength(record: string[], wanted: number): ParsedRow {
  const left = record.slice(wanted).map((cell) => JSON.stringify(cell))
  const which = left.length === 0 ? '' : `, which leaves over ${left.join(', ')}`
  const fault = `has ${record.length} cells where the header has ${wanted}`
  return { fault: fault + which.slice(0, leftShownMax), raw: record }
}

/** What a call with a callback comes to. */
function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()))
  })
}
