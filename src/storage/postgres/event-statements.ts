import type { Statement } from './transaction.ts'

/* Statements that search the event log; `$1` is the workspace in each of them. */

const columns = `
  id, type, subject, previous, occurred_at, received_at, source, token_id, request_id, cause_event,
  cause_rule, cause_depth, attributes, changes, dropped, identifiers, found_by, idempotency_key`

export const selectSpan: Statement = {
  name: 'select_span',
  text: `
    SELECT last_event_id AS last, (
      SELECT id FROM events WHERE workspace_id = $1 AND id > 0 ORDER BY id LIMIT 1) AS first,
      (SELECT last_event_id FROM roll_ups WHERE workspace_id = $1) AS entered
    FROM counters WHERE workspace_id = $1`,
}

export const selectNewestOf: Statement = {
  name: 'select_newest_of',
  text: 'SELECT last_event FROM profiles WHERE workspace_id = $1 AND id = $2',
}

/** From an event back by the links between them. */
export const selectChain: Statement = {
  name: 'select_chain',
  text: `
    WITH RECURSIVE chain AS (
      SELECT 1 AS place, e.* FROM (
        SELECT * FROM events WHERE workspace_id = $1 AND id = $2 LIMIT 1) AS e
      UNION ALL
      SELECT place + 1, e.* FROM chain CROSS JOIN LATERAL (
        SELECT * FROM events WHERE workspace_id = $1 AND events.id = chain.previous LIMIT 1) AS e
      WHERE place < $3
    ) SELECT ${columns} FROM chain ORDER BY place`,
}

/** Some columns of the same, `link`; `$4` is the end. */
const linksWith = (some: string) => `
    WITH RECURSIVE link AS (
      SELECT 1 AS place, e.* FROM (
        SELECT ${some} FROM events WHERE workspace_id = $1 AND id = $2 LIMIT 1) AS e
      UNION ALL
      SELECT place + 1, e.* FROM link CROSS JOIN LATERAL (
        SELECT ${some} FROM events
        WHERE workspace_id = $1 AND events.id = link.previous LIMIT 1) AS e
      WHERE place < $3 AND link.previous > $4
    )`

/** The ids, and nothing else. */
export const selectLinks: Statement = {
  name: 'select_links',
  text: `${linksWith('id, previous')} SELECT id, previous FROM link ORDER BY place`,
}

/** Those that pass a test, and the last one, from which it goes on. */
export const selectTestedLinks: Statement = {
  name: 'select_tested_links',
  text: `
    ${linksWith('id, previous, type, source, cause_rule, received_at')}, tested AS (
      SELECT id, previous, place, ($5::text[] IS NULL OR type = ANY ($5))
        AND ($6::text IS NULL OR source = $6)
        AND ($7::text IS NULL OR starts_with(cause_rule, $7))
        AND ($8::bigint IS NULL OR received_at >= $8)
        AND ($9::bigint IS NULL OR received_at < $9) AS passes
      FROM link
    )
    SELECT id, previous, passes IS TRUE AS passes FROM tested
    WHERE passes OR place = $3 OR coalesce(previous, 0) <= $4 ORDER BY place`,
}

/** The events of a person that an index knows: one in 61 of all, whichever they are. */
export const selectMilestones: Statement = {
  name: 'select_milestones',
  text: `
    SELECT id FROM events
    WHERE workspace_id = $1 AND subject = $2 AND id > $3 AND (id + received_at) % 61 = 0
    ORDER BY subject, id LIMIT $4`,
}

/** The rows of a long history from the one that the first event above an id may be in. */
export const selectHistory: Statement = {
  name: 'select_history',
  text: `
    SELECT first_event AS first, last_event AS last, kinds, events FROM histories
    WHERE workspace_id = $1 AND subject = $2 AND first_event < $4 AND last_event > $3
      AND first_event >= coalesce(
      (SELECT first_event FROM histories
        WHERE workspace_id = $1 AND subject = $2 AND first_event <= $3 + 1
        ORDER BY first_event DESC LIMIT 1), 0)
    ORDER BY first_event LIMIT $5`,
}

export const selectHistoryBack: Statement = {
  name: 'select_history_back',
  text: selectHistory.text.replace('BY first_event LIMIT', 'BY first_event DESC LIMIT'),
}

export const selectLastOfHistory: Statement = {
  name: 'select_last_of_history',
  text: `
    SELECT last_event AS last FROM histories WHERE workspace_id = $1 AND subject = $2
    ORDER BY first_event DESC LIMIT 1`,
}

/** What is told of each event of a long history, from one back; `$4` is the end. */
export const selectHistoryLinks: Statement = {
  name: 'select_history_links',
  text: `
    ${linksWith("id, previous, type, source, cause_rule, changes::text <> '[]' AS changed")}
    SELECT id, previous, type, source, cause_rule, changed FROM link ORDER BY place`,
}

export const putHistories = `
  INSERT INTO histories (workspace_id, subject, first_event, last_event, kinds, events)
  SELECT $1, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
  ON CONFLICT (workspace_id, subject, first_event) DO UPDATE SET
    last_event = excluded.last_event, kinds = excluded.kinds, events = excluded.events`

/** The place of a time in the log, by halving what lies between two ids again and again. */
export const selectLastBefore: Statement = {
  name: 'select_last_before',
  text: `
    WITH RECURSIVE step AS (
      SELECT $2::bigint AS low, $3::bigint AS high
      UNION ALL
      SELECT CASE WHEN e.received_at < $4 THEN e.id ELSE low END,
        CASE WHEN e.received_at < $4 THEN high ELSE (low + high) / 2 END
      FROM step LEFT JOIN LATERAL (
        SELECT id, received_at FROM events
        WHERE workspace_id = $1 AND id >= (low + high) / 2 AND id < high
        ORDER BY id LIMIT 1) AS e ON true
      WHERE high - low > 1
    ) SELECT low FROM step WHERE high - low <= 1`,
}

/** What is null is not asked for. */
export const selectStretch: Statement = {
  name: 'select_stretch',
  text: `
    SELECT ${columns} FROM events WHERE workspace_id = $1 AND id > $2 AND id < $3
      AND ($4::text[] IS NULL OR type = ANY ($4))
      AND ($5::text IS NULL OR source = $5)
      AND ($6::text IS NULL OR starts_with(cause_rule, $6))
      AND ($7::bigint IS NULL OR received_at >= $7)
      AND ($8::bigint IS NULL OR received_at < $8)
    ORDER BY id LIMIT $9`,
}

export const selectStretchBack: Statement = {
  name: 'select_stretch_back',
  text: selectStretch.text.replace('BY id', 'BY id DESC'),
}

export const selectCaused: Statement = {
  name: 'select_caused',
  text: `
    SELECT ${columns} FROM events
    WHERE workspace_id = $1 AND cause_event = $2 AND id > $3 AND id < $4
    ORDER BY cause_event, id LIMIT $5`,
}

export const selectCausedBack: Statement = {
  name: 'select_caused_back',
  text: selectCaused.text.replace('BY cause_event, id', 'BY cause_event DESC, id DESC'),
}

export const selectEventsByIds: Statement = {
  name: 'select_events_by_ids',
  text: `SELECT ${columns} FROM events WHERE workspace_id = $1 AND id = ANY ($2::bigint[])`,
}

/** Held until the end: so of two that begin a rule's run on an event the second sees the first. */
export const lockEvents: Statement = {
  name: 'lock_events',
  text: `${selectEventsByIds.text} ORDER BY id FOR UPDATE`,
}

export const selectTermsOfEvents = `
  SELECT id, type, source, cause_rule, subject, received_at FROM events
  WHERE workspace_id = $1 AND id > $2 AND id <= $3 ORDER BY id`

/** What is held of blocks of terms, of which the three lists tell one each. */
export const selectHeldBlocks = `
  SELECT kind, value, block, ids FROM event_terms
  WHERE workspace_id = $1 AND (kind, value, block) IN (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[]))`

export const putEventBlocks = `
  INSERT INTO event_terms (workspace_id, kind, value, block, ids)
  SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bytea[])
  ON CONFLICT (workspace_id, kind, value, block) DO UPDATE SET ids = excluded.ids`

/** Blocks of a term from one on, and as many. */
export const selectEventBlocks: Statement = {
  name: 'select_event_blocks',
  text: `
    SELECT block, ids FROM event_terms
    WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND block >= $4
    ORDER BY block LIMIT $5`,
}

export const selectEventBlocksBack: Statement = {
  name: 'select_event_blocks_back',
  text: selectEventBlocks.text.replace('block >=', 'block <=').replace('BY block', 'BY block DESC'),
}

export const selectSomeEventBlocks: Statement = {
  name: 'select_some_event_blocks',
  text: `
    SELECT block, ids FROM event_terms
    WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND block = ANY ($4::bigint[])`,
}

/** The first value of a kind from one on. */
export const selectEventTermFrom: Statement = {
  name: 'select_event_term_from',
  text: `
    SELECT value FROM event_terms WHERE workspace_id = $1 AND kind = $2 AND value >= $3
    ORDER BY value LIMIT 1`,
}

const kept = `(
    SELECT workspace_id, (
      SELECT id FROM events WHERE events.workspace_id = counters.workspace_id AND id > 0
      ORDER BY id LIMIT 1) AS first
    FROM counters) AS kept`

/** What events that are gone were found by. */
export const deleteTermsBelow = `
  DELETE FROM event_terms t USING ${kept}
  WHERE t.workspace_id = kept.workspace_id AND block < (kept.first - 1) / 4096`

export const deleteHistoriesBelow = `
  DELETE FROM histories h USING ${kept}
  WHERE h.workspace_id = kept.workspace_id AND last_event < kept.first`
