import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { QueryResultRow } from 'pg'

/**
 * Compares a schema with the one that is committed, for a reviewer to see what a migration changes;
 * writes that anew when the environment asks for it.
 */
export function assertCommitted(engine: 'postgres' | 'sqlite', dumped: string): void {
  const file = new URL(`../../src/storage/migrations/schema.${engine}.txt`, import.meta.url)
  if (process.env.ROSTER_TEST_WRITE_SCHEMA === '1') writeFileSync(file, dumped)
  assert.equal(dumped, readFileSync(file, 'utf8'), `${file.pathname} is out of date`)
}

type Query = (text: string) => Promise<QueryResultRow[]>

/**
 * The catalogue of a database, as text that is the same however the schema came about. Partitions
 * are left out: which there are is a matter of time.
 */
export async function dumpSchema(query: Query): Promise<string> {
  const tables = await query(`
    SELECT c.oid::integer AS oid, c.relname AS name, c.relkind AS kind,
      c.relpersistence = 'u' AS is_unlogged,
      array_to_string(c.reloptions, ', ') AS options, pg_get_partkeydef(c.oid) AS partitioned
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition ORDER BY c.relname COLLATE "C"`)
  const parts: string[] = []
  for (const { oid, name, is_unlogged, options, partitioned } of tables) {
    const columns = await query(`
      SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
        a.attnotnull AS filled, a.attidentity AS identity,
        pg_get_expr(d.adbin, d.adrelid) AS default,
        (SELECT collname FROM pg_collation WHERE oid = a.attcollation
          AND collname <> 'default') AS collation
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`)
    const constraints = await query(`
      SELECT conname AS name, pg_get_constraintdef(oid) AS text FROM pg_constraint
      WHERE conrelid = ${oid} AND contype <> 'n' ORDER BY conname COLLATE "C"`)
    const indexes = await query(`
      SELECT pg_get_indexdef(indexrelid) AS text FROM pg_index
      WHERE indrelid = ${oid} ORDER BY indexrelid::regclass::text COLLATE "C"`)
    const more = [
      ...(is_unlogged ? ['unlogged'] : []),
      ...(partitioned === null ? [] : [`partitioned by ${partitioned}`]),
      ...(options ? [`with ${options}`] : []),
    ]
    parts.push(
      [
        `table ${[name, ...more].join(', ')}`,
        ...columns.map(columnLine),
        ...constraints.map((row) => `  constraint ${row.name} ${row.text}`),
        ...indexes.map((row) => `  ${String(row.text).replaceAll('public.', '')}`),
      ].join('\n'),
    )
  }
  return `${parts.join('\n\n')}\n`
}

function columnLine(row: QueryResultRow): string {
  const words = [
    `  ${row.name} ${row.type}`,
    ...(row.collation === null ? [] : [`collate ${row.collation}`]),
    ...(row.filled ? ['not null'] : []),
    ...(row.default === null ? [] : [`default ${row.default}`]),
    ...(row.identity === '' ? [] : ['identity']),
  ]
  return words.join(' ')
}

/** The same of a file of SQLite. */
export function dumpSqliteSchema(db: DatabaseSync): string {
  const all = (text: string) => db.prepare(text).all() as { [column: string]: unknown }[]
  const tables = all(`SELECT name, wr, strict FROM pragma_table_list
    WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`)
  const parts = tables.map(({ name, wr, strict }) => {
    const kind = [...(strict === 1 ? ['strict'] : []), ...(wr === 1 ? ['without rowid'] : [])]
    const columns = all(`SELECT * FROM pragma_table_xinfo('${name}') ORDER BY cid`)
    const indexes = all(`SELECT * FROM pragma_index_list('${name}') ORDER BY name`)
    return [
      [`table ${name}`, ...kind].join(', '),
      ...columns.map((column) => sqliteColumn(column)),
      ...indexes.map((index) => sqliteIndex(index, all)),
    ].join('\n')
  })
  return `${parts.join('\n\n')}\n`
}

function sqliteColumn(row: { [column: string]: unknown }): string {
  const words = [
    `  ${row.name} ${row.type}`,
    ...(row.notnull === 1 ? ['not null'] : []),
    ...(row.dflt_value === null ? [] : [`default ${row.dflt_value}`]),
    ...(row.pk === 0 ? [] : [`key ${row.pk}`]),
  ]
  return words.join(' ')
}

type All = (text: string) => { [column: string]: unknown }[]

function sqliteIndex(index: { [column: string]: unknown }, all: All): string {
  const keys = all(`SELECT name FROM pragma_index_xinfo('${index.name}') WHERE key = 1`)
  const [made] = all(`SELECT sql FROM sqlite_schema WHERE name = '${index.name}'`)
  const where = /\bWHERE\b.*/s.exec(String(made?.sql ?? ''))?.[0] ?? ''
  const words = [
    `  ${index.unique === 1 ? 'unique ' : ''}index ${index.name}`,
    `(${keys.map(({ name }) => name).join(', ')})`,
    ...(where === '' ? [] : [where.replaceAll(/\s+/g, ' ')]),
  ]
  return words.join(' ')
}
