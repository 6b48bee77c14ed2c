import { type Suspect, warningsOf } from '../../core/ingest-warnings.ts'
import type { Row } from '../rows.ts'
import {
  isSuspect,
  isUnplaced,
  suspectColumns,
  unplacedColumns,
  unplacedFromRow,
  warningColumns,
  warningValues,
} from '../search/ingest-warnings.ts'
import { columnsOf } from './columns.ts'
import type { Transaction } from './transaction.ts'

const counted = 'FROM events WHERE workspace_id = $1 AND id > $2 AND id <= $3'

const selectUnplaced = `SELECT ${unplacedColumns} ${counted} AND ${isUnplaced} GROUP BY 1, 2`

const selectSuspects = `SELECT ${suspectColumns} ${counted} AND ${isSuspect} ORDER BY id`

const putWarnings = `
  INSERT INTO ingest_warnings AS w (workspace_id, ${warningColumns})
  SELECT $1, ${warningColumns} FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[],
    $6::bigint[], $7::bigint[], $8::bigint[]) AS new (${warningColumns})
  ON CONFLICT (workspace_id, token_id, source, kind) DO UPDATE SET
    count = w.count + excluded.count, last_at = excluded.last_at, event_id = excluded.event_id`

export const selectWarnings = `
  SELECT ${warningColumns} FROM ingest_warnings WHERE workspace_id = $1 AND last_at >= $2
  ORDER BY last_at DESC, token_id, source, kind LIMIT 1000`

/** What is to be warned about, of events that are counted in the same transaction. */
export async function enterWarnings(
  { query }: Pick<Transaction, 'query'>,
  place: readonly [workspaceId: number, done: number, upTo: number],
): Promise<void> {
  const unplaced = (await query<Row>(selectUnplaced, [...place])).rows
  const suspects = (await query<Row>(selectSuspects, [...place])).rows
  const warnings = [
    ...unplaced.map(unplacedFromRow),
    ...warningsOf(suspects as unknown as Suspect[]),
  ]
  if (warnings.length === 0) return
  await query(putWarnings, [place[0], ...columnsOf(7, warnings, warningValues)])
}
