import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { parse } from 'csv-parse'
import { CliError } from '../command.ts'
import { unguarded } from '../csv-cell.ts'
import {
  batchRows,
  columnsMax,
  type RowSource,
  rowLengthMax,
  type SourceRow,
} from './source-row.ts'

const delimiters = [',', ';', '\t', '|'] as const
/** Where the header is looked for. */
const headBytes = 65_536
/** Letters of cells beyond the header that are told. */
const leftShownMax = 500

/**
 * Opens a file of comma-separated values (RFC 4180) whose first line is a header. The delimiter is
 * the one its header has most of, unless it is given.
 *
 * @throws CliError `refused` when there is no usable header.
 */
export async function readCsv(path: string, given?: string): Promise<RowSource> {
  const head = await readHead(path)
  const delimiter = given ?? guessDelimiter(head)
  const columns = await readHeader(path, delimiter)
  const input = createReadStream(path, { highWaterMark: 262_144 })
  return {
    format: 'csv',
    columns,
    rows: batches(input, delimiter, columns),
    bytesRead: () => input.bytesRead,
  }
}

async function* batches(
  input: ReturnType<typeof createReadStream>,
  delimiter: string,
  columns: readonly string[],
): AsyncGenerator<SourceRow[]> {
  let number = 0
  // Both are called as the text is read; records are taken from a buffer later.
  const skipped: SourceRow[] = []
  const parser = parse({
    ...parserOptions(delimiter),
    from: 2,
    skip_records_with_error: true,
    // Its types know of texts alone; it hands on whatever it is given here.
    on_record: (record) => rowOf(++number, record, columns) as unknown as string[],
    on_skip: (error) => {
      number += 1
      const fault = `cannot be read: ${error?.message ?? 'it is no CSV'}`
      skipped.push({ number, cells: null, fault, raw: '' })
      return undefined
    },
  })
  input.on('error', (error) => parser.destroy(error))
  input.pipe(parser)
  let batch: SourceRow[] = []
  for await (const row of parser as AsyncIterable<SourceRow>) {
    while ((skipped[0]?.number ?? row.number) < row.number) batch.push(skipped.shift() as SourceRow)
    batch.push(row)
    if (batch.length < batchRows) continue
    const full = batch
    batch = []
    yield full
  }
  batch.push(...skipped)
  if (batch.length > 0) yield batch
}

function rowOf(number: number, record: string[], columns: readonly string[]): SourceRow {
  if (record.length !== columns.length) {
    const left = record.slice(columns.length).map((cell) => JSON.stringify(cell))
    const fault =
      `has ${record.length} cells where the header has ${columns.length}` +
      (left.length === 0 ? '' : `, which leaves over ${left.join(', ').slice(0, leftShownMax)}`)
    return { number, cells: null, fault, raw: record }
  }
  const cells = new Map<string, string>()
  for (const [index, name] of columns.entries()) {
    const cell = record[index] as string
    if (cell !== '') cells.set(name, cell)
  }
  return { number, cells, fault: null, raw: '' }
}

function parserOptions(delimiter: string) {
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

async function readHeader(path: string, delimiter: string): Promise<string[]> {
  const input = createReadStream(path)
  const parser = input.pipe(parse({ ...parserOptions(delimiter), to: 1 }))
  input.on('error', (error) => parser.destroy(error))
  let columns: string[] = []
  try {
    for await (const record of parser as AsyncIterable<string[]>) columns = record
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CliError('refused', `The header of ${path} cannot be read: ${why}`, error)
  } finally {
    input.destroy()
  }
  // Names in an export are exact.
  const isExport = columns.includes('profile_id')
  columns = columns.map((name) => unguarded(isExport ? name : name.trim()))
  if (columns.length === 0) throw new CliError('refused', `${path} is empty: it has no header.`)
  if (columns.length > columnsMax) {
    throw new CliError('refused', `${path} has more than ${columnsMax} columns.`)
  }
  const seen = new Set<string>()
  for (const name of columns) {
    if (name === '') throw new CliError('refused', `A column of ${path} has no name.`)
    if (seen.has(name)) throw new CliError('refused', `${path} has two columns "${name}".`)
    seen.add(name)
  }
  return columns
}

async function readHead(path: string): Promise<string> {
  let file: FileHandle | undefined
  try {
    file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file?.close()
  }
}

function guessDelimiter(head: string): string {
  const line = (head.split(/\r?\n/, 1)[0] ?? '').replaceAll(/"[^"]*"/g, '')
  const count = (mark: string) => line.split(mark).length
  return delimiters.reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}
