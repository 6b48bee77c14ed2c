import { mapBytes, mapOfRow, termBlock } from './search/id-set.ts'

/** A table of the database, and what of the file its rows are made of. */
export interface CopiedTable {
  name: string
  /** Where the rows come from in the file; the table of the same name when left out. */
  from?: string
  /** Columns that are not in the file under their own name. */
  columns?: { readonly [column: string]: string }
  /** The rows of the database that one of the file becomes; itself when left out. */
  split?(row: CopiedRow): CopiedRow[]
  /** The column that tells in which month's partition a row goes. */
  month?: string
}

export type CopiedRow = { [column: string]: unknown }

const claimedAttempt = `d.state = 'claimed' AND a.workspace_id = d.workspace_id
  AND a.delivery_id = d.id AND a.number = d.attempt_count AND a.outcome IS NULL`

/**
 * Every table of the database but those in `leftOut`. A column of the database that the file does
 * not have is said here; one without an expression that the file lacks ends a copy at once.
 */
export const copiedTables: readonly CopiedTable[] = [
  { name: 'workspaces' },
  { name: 'counters', columns: { config_version: '1' } },
  // The fingerprint is that of the key the copy was made with; see CopyTarget.finish.
  { name: 'state', columns: { key_fingerprint: 'NULL' } },
  { name: 'tokens' },
  { name: 'audit' },
  { name: 'rules' },
  { name: 'destinations' },
  {
    name: 'destination_notices',
    from: 'destination_notices GROUP BY workspace_id, destination, at, kind, delivery',
  },
  { name: 'names' },
  // What ends the column in the file keeps a row at its size there.
  { name: 'profiles', columns: { provenance: 'rtrim(provenance)' } },
  { name: 'profile_gaps' },
  { name: 'profile_terms', split: termBlocks },
  { name: 'shown_names', columns: { id: 'key - (workspace_id << 40)' } },
  { name: 'index_fills' },
  { name: 'profile_identifiers' },
  { name: 'records' },
  { name: 'events', month: 'received_at' },
  {
    name: 'event_identifiers',
    // The events are looked up, and not the other way round.
    from: `event_identifiers i CROSS JOIN events e
      ON e.key = (i.workspace_id << 40 | i.event_id)`,
    columns: {
      workspace_id: 'i.workspace_id',
      kind: 'i.kind',
      value: 'i.value',
      event_id: 'i.event_id',
      received_at: 'e.received_at',
    },
    month: 'received_at',
  },
  { name: 'event_terms' },
  { name: 'histories' },
  { name: 'event_counts' },
  { name: 'delivery_counts' },
  { name: 'end_counts' },
  { name: 'ingest_warnings' },
  { name: 'end_roll_up' },
  { name: 'roll_ups' },
  { name: 'idempotency' },
  { name: 'erased_identifiers' },
  { name: 'runs' },
  { name: 'rule_counts' },
  {
    // An attempt that is under way is on the delivery's row there, and among the attempts here.
    name: 'deliveries',
    from: `(
      SELECT d.*, a.worker, a.began_at, a.sent
      FROM deliveries d LEFT JOIN attempts a ON ${claimedAttempt}) AS d`,
    columns: { place: 'coalesce(place, 0)' },
  },
  {
    name: 'lanes',
    from: `deliveries INDEXED BY deliveries_by_lane
      WHERE place IS NOT NULL AND subject IS NOT NULL GROUP BY workspace_id, subject, destination`,
    columns: { last_place: 'max(place)' },
  },
  {
    name: 'attempts',
    from: `attempts a WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE
      d.key = (a.workspace_id << 40 | a.delivery_id) AND ${claimedAttempt})`,
    columns: { outcome: `coalesce(outcome, '{"kind":"lost"}')` },
    month: 'began_at',
  },
]

/** Tables of the database that a copy leaves as they are, and why. */
export const leftOut: { readonly [table: string]: string } = {
  run_claims: 'which node has taken up what: a stopped store has no nodes',
}

const parts = (mapBytes * 8) / termBlock

/** A row of the file says who of four times as many ids is entered. */
function termBlocks(row: CopiedRow): CopiedRow[] {
  const map = mapOfRow(row.ids as Uint8Array)
  const rows: CopiedRow[] = []
  for (let part = 0; part < parts; part++) {
    const ids = map.subarray((part * mapBytes) / parts, ((part + 1) * mapBytes) / parts)
    if (ids.every((byte) => byte === 0)) continue
    rows.push({ ...row, block: (row.block as number) * parts + part, ids })
  }
  return rows
}
