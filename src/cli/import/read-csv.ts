import { on } from 'node:events'
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { parse } from 'csv-parse'
import { CliError } from '../command.ts'
import { unguarded } from '../csv-cell.ts'
import { type CsvSource, type ParsedRow, type ParsedRows, parserOptions } from './parse-csv.ts'
import { columnsMax, type RowSource, type SourceRow } from './source-row.ts'

const delimiters = [',', ';', '\t', '|'] as const
/** Where the header is looked for. */
const headBytes = 65_536

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
  let bytesRead = 0
  const rows = batches({ path, delimiter, columns }, (bytes) => {
    bytesRead = bytes
  })
  return { format: 'csv', columns, rows, bytesRead: () => bytesRead }
}

/** Reading takes as long as deciding what to store, so it is done beside it. */
async function* batches(from: CsvSource, read: (bytes: number) => void) {
  const worker = new Worker(new URL('./parse-csv-thread.ts', import.meta.url), { workerData: from })
  try {
    for await (const [text] of on(worker, 'message') as AsyncIterable<[string]>) {
      const { first, bytes, rows, last } = JSON.parse(text) as ParsedRows
      read(bytes)
      if (rows.length > 0) {
        yield rows.map((row, index) => sourceRow(first + index, row, from.columns))
      }
      if (last) return
      worker.postMessage('more')
    }
  } finally {
    await worker.terminate()
  }
}

function sourceRow(number: number, row: ParsedRow, columns: readonly string[]): SourceRow {
  if (!Array.isArray(row)) return { number, cells: null, ...row }
  const cells = new Map<string, string>()
  for (let index = 0; index < columns.length; index++) {
    const cell = row[index] as string
    if (cell !== '') cells.set(columns[index] as string, cell)
  }
  return { number, cells, fault: null, raw: '' }
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
