import type { JsonValue } from '../../core/json.ts'

/** One row of a file, before anybody knows what its columns mean. */
export interface SourceRow {
  /** From 1; a header is not counted. Of lines this is also the number of the line. */
  number: number
  /** By column; null of a row that could not be read. */
  cells: ReadonlyMap<string, JsonValue> | null
  /** Why it could not be read. */
  fault: string | null
  /** As it came, of a row that could not be read: a line, or cells as far as there were some. */
  raw: string | readonly string[]
}

/** A file of rows, read from its beginning on, a batch at a time. */
export interface RowSource {
  format: 'csv' | 'ndjson'
  /** The header; of a file without one, the names that its first rows have. */
  columns: readonly string[]
  rows: AsyncIterable<SourceRow[]>
  /** How many bytes of the file were read so far. */
  bytesRead(): number
}

/** Rows in one batch. */
export const batchRows = 1_024
/** UTF-16 code units in one row. */
export const rowLengthMax = 1_048_576
/** Columns of one file. */
export const columnsMax = 1_000
