import type { Statement } from './transaction.ts'

/* Statements that search the event log; `$1` is the workspace in each of them. */

const columns = `
  id, type, subject, previous, occurred_at, received_at, source, token_id, request_id, cause_event,
  cause_rule, cause_depth, attributes, changes, dropped, identifiers, found_by, idempotency_key`

export const selectSpan: Statement = {
  name: 'select_span',
  text: `
    SELECT last_event_id AS last, (
      SELECT id FROM events WHERE workspace_id = $1 AND id > 0 ORDER BY id LIMIT 1) AS first
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

/** What is null is not asked for. */
export const selectStretch: Statement = {
  name: 'select_stretch',
  text: `
    SELECT ${columns} FROM events WHERE workspace_id = $1 AND id > $2 AND id < $3
      AND ($4::text[] IS NULL OR type = ANY ($4))
      AND ($5::text IS NULL OR source = $5)
      AND ($6::bigint IS NULL OR cause_event = $6)
      AND ($7::text IS NULL OR starts_with(cause_rule, $7))
      AND ($8::bigint IS NULL OR received_at >= $8)
      AND ($9::bigint IS NULL OR received_at < $9)
    ORDER BY id LIMIT $10`,
}

export const selectStretchBack: Statement = {
  name: 'select_stretch_back',
  text: selectStretch.text.replace('BY id', 'BY id DESC'),
}
