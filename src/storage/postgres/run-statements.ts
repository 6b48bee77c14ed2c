import { runColumns } from '../rows.ts'
import type { Statement } from './transaction.ts'

/* Statements about runs and counters of rules; `$1` is the workspace where one is named. */

const prefixed = runColumns
  .split(',')
  .map((column) => `r.${column.trim()}`)
  .join(', ')

/**
 * Locks runs in the order of their keys, each with the rule in the version it began with. Locked
 * after profiles, and only by whoever has locked the profile that a run is about.
 */
export const lockRuns: Statement = {
  name: 'lock_runs',
  text: `
    SELECT held.*, rule_of.definition, rule_of.name
    FROM (SELECT event_id, rule FROM unnest($2::bigint[], $3::text[]) AS named (event_id, rule)
      ORDER BY event_id, rule COLLATE "C") AS asked
    CROSS JOIN LATERAL (
      SELECT ${prefixed} FROM runs r
      WHERE r.workspace_id = $1 AND r.event_id = asked.event_id AND r.rule = asked.rule
      LIMIT 1 FOR NO KEY UPDATE) AS held
    CROSS JOIN LATERAL (
      SELECT definition, name FROM rules s
      WHERE s.workspace_id = $1 AND s.name = held.rule AND s.version = held.version
      LIMIT 1) AS rule_of`,
}

/**
 * Ends what waits of rules about people whose profiles are locked. Found by their place: joined by
 * person and rule, PostgreSQL before 17 reads all runs of the workspace.
 */
export const cancelRuns: Statement = {
  name: 'cancel_runs',
  text: `
    UPDATE runs r SET state = 'cancelled', cursor = '[]', due_at = NULL, reason = 'event',
      ended_by = gone.by, ended_at = gone.at
    FROM (
      SELECT held.place, gone.by, gone.at
      FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS gone (subject, rule, version, by, at)
      CROSS JOIN LATERAL (
        SELECT ctid AS place FROM runs
        WHERE workspace_id = $1 AND runs.subject = gone.subject AND runs.rule = gone.rule
          AND runs.version = gone.version AND due_at IS NOT NULL LIMIT 100000) AS held) AS gone
    WHERE r.ctid = gone.place`,
}

export const putRuns: Statement = {
  name: 'put_runs',
  text: `
    INSERT INTO runs (workspace_id, ${runColumns})
    SELECT $1, ${runColumns}
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
      $8::bigint[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[],
      $14::text[], $15::text[]) AS new (${runColumns})
    ON CONFLICT (workspace_id, event_id, rule) DO UPDATE SET subject = excluded.subject,
      state = excluded.state, cursor = excluded.cursor, due_at = excluded.due_at,
      reason = excluded.reason, detail = excluded.detail, ended_by = excluded.ended_by,
      ended_at = excluded.ended_at, log = excluded.log`,
}

export const selectRuleCounts: Statement = {
  name: 'select_rule_counts',
  text: `
    SELECT rule, subject, minute, count FROM rule_counts
    WHERE workspace_id = $1 AND subject = ANY ($2::bigint[])`,
}

export const putRuleCounts: Statement = {
  name: 'put_rule_counts',
  text: `
    INSERT INTO rule_counts (workspace_id, subject, rule, minute, count)
    SELECT $1, subject, rule, minute, count
    FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::integer[])
      AS new (subject, rule, minute, count)
    ON CONFLICT (workspace_id, subject, rule)
    DO UPDATE SET minute = excluded.minute, count = excluded.count`,
}

/** One node at a time takes runs up, and so sees what the one before it took. */
export const lockRunClaims: Statement = {
  name: 'lock_run_claims',
  text: 'SELECT pg_advisory_xact_lock(7678, 2)',
}

/**
 * Takes up what is due and not taken by another; what the node took before is its own to take.
 * `NOT IN` looks what is taken up in a hash, whatever joins the planner is told to leave alone.
 */
export const claimRuns: Statement = {
  name: 'claim_runs',
  text: `
    WITH gone AS (DELETE FROM run_claims WHERE until <= $1 AND worker <> $4), due AS MATERIALIZED (
      SELECT workspace_id, event_id, rule, subject, due_at FROM runs
      WHERE due_at <= $1 AND (workspace_id, event_id, rule, due_at) NOT IN (
        SELECT taken.* FROM run_claims
        CROSS JOIN LATERAL unnest(workspaces, events, rules, due) AS taken
        WHERE worker <> $4 AND until > $1)
      ORDER BY due_at LIMIT $3
    ), mine AS (
      INSERT INTO run_claims (worker, until, workspaces, events, rules, due)
      SELECT $4, $2, array_agg(workspace_id), array_agg(event_id), array_agg(rule),
        array_agg(due_at)
      FROM due HAVING count(*) > 0
      ON CONFLICT (worker) DO UPDATE SET until = excluded.until,
        workspaces = excluded.workspaces, events = excluded.events, rules = excluded.rules,
        due = excluded.due
    )
    SELECT * FROM due ORDER BY due_at`,
}

export const selectNextDue: Statement = {
  name: 'select_next_due',
  text: 'SELECT min(due_at) AS due_at FROM runs WHERE due_at IS NOT NULL',
}

export const selectRun: Statement = {
  name: 'select_run',
  text: `SELECT ${runColumns} FROM runs WHERE workspace_id = $1 AND event_id = $2 AND rule = $3`,
}
