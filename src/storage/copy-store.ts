import { fileURLToPath } from 'node:url'
import { Fault } from '../core/errors.ts'
import { type CopiedTable, copiedTables } from './copied-tables.ts'
import type { CopyTarget } from './postgres/copy-target.ts'
import type { CopySource } from './sqlite/copy-source.ts'

export interface CopyOptions {
  /** Of the secret key that the store's secrets are sealed with. */
  keyFingerprint: string
  /** Only looks whether it could be done, and counts. */
  dryRun: boolean
  /** Told how far it has got, with every few rows. */
  progress?(moment: CopyMoment): void
}

/** Rows of the file: all there are, those written, and those read back. */
export interface CopyMoment {
  total: number
  written: number
  verified: number
}

/** How many rows each table of the database has, or would have. */
export interface CopyReport {
  tables: { table: string; rows: number }[]
  rows: number
}

/**
 * Copies the whole store of a file into an empty database, in one transaction, and reads every
 * table back before it is committed. The file is only read.
 *
 * @throws Fault `conflict` while a server or a command uses the file, and when the database is not
 *   empty or of another kind; Error when what is read back is not what was written. The database is
 *   as empty then as it was.
 */
export async function copyStore(
  from: string,
  to: string,
  options: CopyOptions,
): Promise<CopyReport> {
  if (!from.startsWith('sqlite:///')) {
    throw new Fault('conflict', {
      message:
        'A copy is made of the store in a file. Unset ROSTER_DATABASE_URL, and set ROSTER_DATA.',
    })
  }
  if (!/^postgres(ql)?:\/\//.test(to)) {
    throw new Fault('conflict', {
      message: 'A copy goes to PostgreSQL: --to postgres://user:password@host/database.',
    })
  }
  const { openCopySource } = await import('./sqlite/copy-source.ts')
  const source = openCopySource(fileURLToPath(`file://${from.slice('sqlite://'.length)}`))
  try {
    const postgres = await import('./postgres/copy-target.ts')
    if (options.dryRun) {
      await postgres.CopyTarget.examine(to)
      return reportOf(copiedTables.map((table) => [table.name, rowsToBe(source, table)]))
    }
    const target = await postgres.CopyTarget.open(to)
    try {
      return await copyAll(source, target, options)
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
}

async function copyAll(
  source: CopySource,
  target: CopyTarget,
  { keyFingerprint, progress }: CopyOptions,
): Promise<CopyReport> {
  const counts = copiedTables.map((table) => ({ table, rows: source.count(table) }))
  const total = sumOf(counts.map(({ rows }) => rows))
  let written = 0
  for (const table of copiedTables) {
    const columns = target.columns(table.name).map(({ name }) => name)
    for (const { rows, read } of source.batches(table, columns)) {
      await target.insert(table, rows)
      written += read
      progress?.({ total, written, verified: 0 })
    }
  }
  const found: [table: string, rows: number][] = []
  let verified = 0
  for (const { table, rows } of counts) {
    found.push([table.name, await target.verify(table.name)])
    verified += rows
    progress?.({ total, written, verified })
  }
  await target.finish(source.lastWorkspaceId(), keyFingerprint)
  return reportOf(found)
}

function reportOf(tables: readonly (readonly [table: string, rows: number])[]): CopyReport {
  return {
    tables: tables.map(([table, rows]) => ({ table, rows })),
    rows: sumOf(tables.map(([, rows]) => rows)),
  }
}

/** How many rows of the database a table would have. */
function rowsToBe(source: CopySource, table: CopiedTable): number {
  if (!table.split) return source.count(table)
  let count = 0
  for (const { rows } of source.batches(table, ['block', 'ids'])) count += rows.length
  return count
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
