import { reservedEventGroups } from '../../core/event.ts'
import {
  aheadMs,
  type IngestWarning,
  longAgoMs,
  type WarningKind,
} from '../../core/ingest-warnings.ts'
import type { EventId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'

/* What events are told from that are warned about; the same words on every engine. */

/** From outside, and not imported. */
const isCallers = "cause_event IS NULL AND source NOT IN ('import', 'roster')"

const isOwn = reservedEventGroups.map((group) => `type NOT LIKE '${group}.%'`).join(' AND ')

/** An event with neither a time of its own nor a key. */
export const isUnplaced = `${isCallers} AND occurred_at = received_at AND idempotency_key IS NULL
  AND ${isOwn}`

export const isSuspect = `${isCallers} AND (dropped <> '[]'
  OR occurred_at > received_at + ${aheadMs} OR occurred_at < received_at - ${longAgoMs})`

export const suspectColumns = 'id, source, token_id, occurred_at, received_at, dropped'

/** How many have neither, by where they came from. */
export const unplacedColumns = `coalesce(token_id, 0) AS token_id, source, count(*) AS count,
  min(received_at) AS first_at, max(received_at) AS last_at, max(id) AS event_id`

export function unplacedFromRow(row: Row): IngestWarning {
  return { ...warningFromRow({ ...row, kind: 'no_time_or_key' }) }
}

export function warningFromRow(row: Row): IngestWarning {
  return {
    kind: row.kind as WarningKind,
    source: row.source as string,
    token: Number(row.token_id) || null,
    count: Number(row.count),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    event: Number(row.event_id) as EventId,
  }
}

export function warningValues(warning: IngestWarning) {
  const { token, source, kind, count, firstAt, lastAt, event } = warning
  return [token ?? 0, source, kind, count, firstAt, lastAt, event] as const
}

export const warningColumns = 'token_id, source, kind, count, first_at, last_at, event_id'
