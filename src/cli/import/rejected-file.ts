import { closeSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs'
import type { JsonValue } from '../../core/json.ts'
import { csvLine } from '../csv-cell.ts'
import { rejectedBecause, rejectedRow } from './map-columns.ts'
import type { RowSource, SourceRow } from './source-row.ts'

/**
 * Takes rows that could not be stored, each with its reason, in a form that can be mended and
 * imported again. The file is made with the first.
 */
export class RejectedFile {
  readonly path: string
  readonly #source: Pick<RowSource, 'format' | 'columns'>
  #bytes: number
  #file: number | null = null

  /** @param bytes what counts of the file that an interrupted import left; the rest goes. */
  constructor(path: string, source: Pick<RowSource, 'format' | 'columns'>, bytes: number) {
    this.path = path
    this.#source = source
    this.#bytes = bytes
    if (bytes === 0) rmSync(path, { force: true })
    else truncateSync(path, bytes)
  }

  get bytes(): number {
    return this.#bytes
  }

  write(row: SourceRow, reason: string): void {
    if (this.#file === null) this.#open()
    this.#put(this.#source.format === 'csv' ? this.#csv(row, reason) : ndjson(row, reason))
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #open(): void {
    this.#file = openSync(this.path, this.#bytes === 0 ? 'w' : 'r+', 0o600)
    if (this.#bytes > 0 || this.#source.format !== 'csv') return
    this.#put(csvLine([...this.#source.columns, rejectedRow, rejectedBecause]))
  }

  #put(text: string): void {
    this.#bytes += writeSync(this.#file as number, Buffer.from(text), 0, null, this.#bytes)
  }

  #csv({ number, cells, raw }: SourceRow, reason: string): string {
    const { columns } = this.#source
    const shown = columns.map((name, index) => {
      return cells === null ? (raw[index] ?? '') : textOf(cells.get(name))
    })
    return csvLine([...shown, String(number), reason])
  }
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function ndjson({ number, cells, raw }: SourceRow, reason: string): string {
  const row = cells === null ? { _line: raw } : Object.fromEntries(cells)
  return `${JSON.stringify({ ...row, [rejectedRow]: number, [rejectedBecause]: reason })}\n`
}
