import { limitAt, prefixed, rowKey } from './statements.ts'

/** Ids are below this; a key made of anything else would be that of another workspace's row. */
export const idsBelow = 2 ** 40

/** Statements that read the event log, one named constant each, so that plans can be tested. */

export const eventColumns = `
  id, type, subject, previous, occurred_at, received_at, source, token_id, request_id, cause_event,
  cause_rule, cause_depth, attributes, changes, dropped, identifiers, found_by, idempotency_key`

export const selectEvent = `
  SELECT ${eventColumns} FROM events WHERE key = ${rowKey('?1', '?2')}`

export const selectNewestOf = `
  SELECT last_event FROM profiles WHERE key = ${rowKey('?1', '?2')}`

const links = `
  WITH RECURSIVE link (id, previous, place) AS (
    SELECT id, previous, 1 FROM events WHERE key = ${rowKey('?1', '?2')}
    UNION ALL
    SELECT e.id, e.previous, place + 1 FROM link CROSS JOIN events e
    WHERE e.key = ${rowKey('?1', 'link.previous')} AND place < ?3 AND link.previous > ?4
  )`

/** From an event back by the links between them, and nothing of them but that. `?4` is the end. */
export const selectLinks = `${links} SELECT id, previous FROM link`

const testOf = (row: string) => `
  (?5 IS NULL OR ${row}type IN (SELECT value FROM json_each(?5)))
  AND (?6 IS NULL OR ${row}source = ?6)
  AND (?7 IS NULL OR ${row}cause_rule >= ?7 AND ${row}cause_rule < ?8)
  AND (?9 IS NULL OR ${row}received_at >= ?9) AND (?10 IS NULL OR ${row}received_at < ?10)`

/**
 * Those that pass a test, and the last one, from which it goes on. Each event's row is looked at
 * for its link anyway; what is tested stands before all that is large.
 */
export const selectTestedLinks = `
  WITH RECURSIVE link (id, previous, place, passes) AS (
    SELECT id, previous, 1, ${testOf('')} FROM events WHERE key = ${rowKey('?1', '?2')}
    UNION ALL
    SELECT e.id, e.previous, place + 1, ${testOf('e.')} FROM link CROSS JOIN events e
    WHERE e.key = ${rowKey('?1', 'link.previous')} AND place < ?3 AND link.previous > ?4
  )
  SELECT id, previous, passes IS TRUE AS passes FROM link
  WHERE passes OR place = ?3 OR coalesce(previous, 0) <= ?4`

/** The same with all that they hold. */
export const selectChain = `${links}
  SELECT ${prefixed('e', eventColumns)} FROM link CROSS JOIN events e
  WHERE e.key = ${rowKey('?1', 'link.id')}`

/** The events of a person that an index knows: one in 61 of all, whichever they are. */
export const isMilestone = '(id + received_at) % 61 = 0'

export const selectMilestones = `
  SELECT id FROM events INDEXED BY events_milestones
  WHERE workspace_id = ?1 AND subject = ?2 AND key > ${rowKey('?1', '?3')} AND ${isMilestone}
  ORDER BY key ${limitAt('?4')}`

/** The rows of a long history from the one that the first event above an id may be in. */
export const selectHistory = `
  SELECT first_event AS first, last_event AS last, kinds, events FROM histories
  WHERE workspace_id = ?1 AND subject = ?2 AND first_event < ?4 AND last_event > ?3
    AND first_event >= coalesce(
    (SELECT first_event FROM histories
      WHERE workspace_id = ?1 AND subject = ?2 AND first_event <= ?3 + 1
      ORDER BY first_event DESC LIMIT 1), 0)
  ORDER BY first_event ${limitAt('?5')}`

export const selectHistoryBack = selectHistory.replace(
  `BY first_event ${limitAt('?5')}`,
  `BY first_event DESC ${limitAt('?5')}`,
)

export const selectLastOfHistory = `
  SELECT last_event AS last FROM histories WHERE workspace_id = ?1 AND subject = ?2
  ORDER BY first_event DESC LIMIT 1`

/** What is told of each event of a long history, from one back; `?4` is the end. */
export const selectHistoryLinks = `${links}
  SELECT e.id, e.previous, e.type, e.source, e.cause_rule, e.changes <> '[]' AS changed
  FROM link CROSS JOIN events e WHERE e.key = ${rowKey('?1', 'link.id')}`

export const putHistory = `
  INSERT INTO histories (workspace_id, subject, first_event, last_event, kinds, events)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    last_event = excluded.last_event, kinds = excluded.kinds, events = excluded.events`

export const deleteHistoriesBelow = `
  DELETE FROM histories WHERE workspace_id = ?1 AND last_event < ?2`

const ofWorkspace = `key > ${rowKey('?1', '0')} AND key < ${rowKey('(?1 + 1)', '0')}`

/** The ends of the log, and up to where events can be found by their terms. */
export const selectSpan = `
  SELECT (SELECT id FROM events WHERE ${ofWorkspace} ORDER BY key LIMIT 1) AS first,
    (SELECT id FROM events WHERE ${ofWorkspace} ORDER BY key DESC LIMIT 1) AS last,
    (SELECT last_event_id FROM roll_ups WHERE workspace_id = ?1) AS entered`

/** The place of a time in the log, by halving what lies between two ids again and again. */
export const selectLastBefore = `
  WITH RECURSIVE step (low, high) AS (
    SELECT CAST(?2 AS INTEGER), CAST(?3 AS INTEGER)
    UNION ALL
    SELECT iif(e.received_at < ?4, e.id, low), iif(e.received_at < ?4, high, (low + high) / 2)
    FROM step LEFT JOIN events e ON e.key = (
      SELECT key FROM events
      WHERE key >= ${rowKey('?1', '(low + high) / 2')} AND key < ${rowKey('?1', 'high')}
      ORDER BY key LIMIT 1)
    WHERE high - low > 1
  )
  SELECT low FROM step WHERE high - low <= 1`

/** What is null is not asked for. */
export const selectStretch = `
  SELECT ${eventColumns} FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key < ${rowKey('?1', '?3')}
    AND (?4 IS NULL OR type IN (SELECT value FROM json_each(?4)))
    AND (?5 IS NULL OR source = ?5)
    AND (?6 IS NULL OR cause_rule >= ?6 AND cause_rule < ?7)
    AND (?8 IS NULL OR received_at >= ?8) AND (?9 IS NULL OR received_at < ?9)
  ORDER BY key ${limitAt('?10')}`

export const selectStretchBack = selectStretch.replace('BY key', 'BY key DESC')

/** Without statistics the engine would rather read the log from the place on. */
export const selectCaused = `
  SELECT ${eventColumns} FROM events INDEXED BY events_by_cause
  WHERE workspace_id = ?1 AND cause_event = ?2
    AND key > ${rowKey('?1', '?3')} AND key < ${rowKey('?1', '?4')}
  ORDER BY key ${limitAt('?5')}`

export const selectCausedBack = selectCaused.replace('BY key', 'BY key DESC')

/** The rows of a list of ids, given as JSON, in any order. */
export const selectEventsByIds = `
  SELECT ${eventColumns} FROM events
  WHERE key IN (SELECT ${rowKey('?1', 'value')} FROM json_each(?2))`

export const selectTermsOfEvents = `
  SELECT id, type, source, cause_rule, subject, received_at FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')}`

export const selectEventBlock = `
  SELECT ids FROM event_terms WHERE workspace_id = ? AND kind = ? AND value = ? AND block = ?`

export const putEventBlock = `
  INSERT INTO event_terms (workspace_id, kind, value, block, ids) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET ids = excluded.ids`

/** Blocks of a term from one on, and as many. */
export const selectEventBlocks = `
  SELECT block, ids FROM event_terms
  WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND block >= ?4
  ORDER BY block ${limitAt('?5')}`

export const selectEventBlocksBack = selectEventBlocks
  .replace('block >=', 'block <=')
  .replace('BY block', 'BY block DESC')

/** These blocks of a term, given as JSON. */
export const selectSomeEventBlocks = `
  SELECT block, ids FROM event_terms
  WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3
    AND block IN (SELECT value FROM json_each(?4))`

/** The next value of a kind: so all of them are found by as many look-ups. */
export const selectNextEventTerm = `
  SELECT value FROM event_terms WHERE workspace_id = ?1 AND kind = ?2 AND value > ?3
  ORDER BY value LIMIT 1`

/** The first value of a kind from one on. */
export const selectEventTermFrom = selectNextEventTerm.replace('value >', 'value >=')

export const deleteEventBlocksBelow = `
  DELETE FROM event_terms WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND block < ?4`
