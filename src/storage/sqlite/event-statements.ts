import { rowKey } from './statements.ts'

/** Statements that read the event log, one named constant each, so that plans can be tested. */

export const eventColumns = `
  id, type, subject, previous, occurred_at, received_at, source, token_id, request_id, cause_event,
  cause_rule, cause_depth, attributes, changes, dropped, identifiers, found_by, idempotency_key`

export const selectEvent = `
  SELECT ${eventColumns} FROM events WHERE key = ${rowKey('?1', '?2')}`

export const selectNewestOf = `
  SELECT last_event FROM profiles WHERE key = ${rowKey('?1', '?2')}`

const ofWorkspace = `key > ${rowKey('?1', '0')} AND key < ${rowKey('(?1 + 1)', '0')}`

export const selectSpan = `
  SELECT (SELECT id FROM events WHERE ${ofWorkspace} ORDER BY key LIMIT 1) AS first,
    (SELECT id FROM events WHERE ${ofWorkspace} ORDER BY key DESC LIMIT 1) AS last`

/** What is null is not asked for. */
export const selectStretch = `
  SELECT ${eventColumns} FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key < ${rowKey('?1', '?3')}
    AND (?4 IS NULL OR type IN (SELECT value FROM json_each(?4)))
    AND (?5 IS NULL OR source = ?5)
    AND (?6 IS NULL OR cause_event = ?6)
    AND (?7 IS NULL OR cause_rule >= ?7 AND cause_rule < ?8)
    AND (?9 IS NULL OR received_at >= ?9) AND (?10 IS NULL OR received_at < ?10)
  ORDER BY key LIMIT ?11`

export const selectStretchBack = selectStretch.replace('BY key', 'BY key DESC')
