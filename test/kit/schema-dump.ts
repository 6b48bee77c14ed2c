import type { QueryResultRow } from 'pg'

/** The schema as it is committed, for a reviewer to see what a migration changes. */
export const schemaFile = new URL(
  '../../src/storage/migrations/schema.postgres.txt',
  import.meta.url,
)

type Query = (text: string) => Promise<QueryResultRow[]>

/**
 * The catalogue of a database, as text that is the same however the schema came about. Partitions
 * are left out: which there are is a matter of time.
 */
export async function dumpSchema(query: Query): Promise<string> {
  const tables = await query(`
    SELECT c.oid::integer AS oid, c.relname AS name, c.relkind AS kind,
      array_to_string(c.reloptions, ', ') AS options, pg_get_partkeydef(c.oid) AS partitioned
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition ORDER BY c.relname COLLATE "C"`)
  const parts: string[] = []
  for (const { oid, name, options, partitioned } of tables) {
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
