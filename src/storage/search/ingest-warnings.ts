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
const isUnplaced = `idempotency_key IS NULL AND occurred_at = received_at AND ${isOwn}`

const isSuspect = `(dropped <> '[]' OR occurred_at > received_at + ${aheadMs}
  OR occurred_at < received_at - ${longAgoMs})`

const suspectColumns = 'id, source, token_id, occurred_at, received_at, dropped'

const lookColumns = `coalesce(token_id, 0) AS token_id, source,
  count(*) FILTER (WHERE ${isUnplaced}) AS count,
  min(received_at) FILTER (WHERE ${isUnplaced}) AS first_at,
  max(received_at) FILTER (WHERE ${isUnplaced}) AS last_at,
  max(id) FILTER (WHERE ${isUnplaced}) AS event_id,
  count(*) FILTER (WHERE ${isSuspect}) AS suspects`

/** By where events came from: how many have neither, and whether others are to be looked at. */
export const selectLook = (counted: string) =>
  `SELECT ${lookColumns} ${counted} AND ${isCallers} GROUP BY 1, 2`

/** Those others, in the order of an engine's own key. */
export const selectSuspects = (counted: string, key: string) =>
  `SELECT ${suspectColumns} ${counted} AND ${isCallers} AND ${isSuspect} ORDER BY ${key}`

/** What one look tells of itself. */
export function warningsOfLook(rows: readonly Row[]): IngestWarning[] {
  const unplaced = rows.filter(({ count }) => Number(count) > 0)
  return unplaced.map((row) => warningFromRow({ ...row, kind: 'no_time_or_key' }))
}

export function hasSuspects(rows: readonly Row[]): boolean {
  return rows.some(({ suspects }) => Number(suspects) > 0)
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

/** Most that are listed; there is one for each kind, token and source. */
const listedMax = 1_000

export const newestWarnings = `ORDER BY last_at DESC, token_id, source, kind LIMIT ${listedMax}`
