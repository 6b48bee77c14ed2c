import { type Suspect, warningsOf } from '../../core/ingest-warnings.ts'
import type { Row } from '../rows.ts'
import {
  hasSuspects,
  newestWarnings,
  selectLook,
  selectSuspects,
  warningColumns,
  warningsOfLook,
  warningValues,
} from '../search/ingest-warnings.ts'
import { columnsOf } from './columns.ts'
import type { Transaction } from './transaction.ts'

const counted = 'FROM events WHERE workspace_id = $1 AND id > $2 AND id <= $3'

const look = selectLook(counted)
const suspectsSeen = selectSuspects(counted, 'id')

const putWarnings = `
  INSERT INTO ingest_warnings AS w (workspace_id, ${warningColumns})
  SELECT $1, ${warningColumns} FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[],
    $6::bigint[], $7::bigint[], $8::bigint[]) AS new (${warningColumns})
  ON CONFLICT (workspace_id, token_id, source, kind) DO UPDATE SET
    count = w.count + excluded.count, last_at = excluded.last_at, event_id = excluded.event_id`

export const selectWarnings = `
  SELECT ${warningColumns} FROM ingest_warnings WHERE workspace_id = $1 AND last_at >= $2
  ${newestWarnings}`

/** What is to be warned about, of events that are counted in the same transaction. */
export async function enterWarnings(
  { query }: Pick<Transaction, 'query'>,
  place: readonly [workspaceId: number, done: number, upTo: number],
): Promise<void> {
  const seen = (await query<Row>(look, [...place])).rows
  const suspects = hasSuspects(seen) ? (await query<Row>(suspectsSeen, [...place])).rows : []
  const warnings = [...warningsOfLook(seen), ...warningsOf(suspects as unknown as Suspect[])]
  if (warnings.length === 0) return
  await query(putWarnings, [place[0], ...columnsOf(7, warnings, warningValues)])
}
