import { deliveryColumns, destinationColumns } from '../delivery-rows.ts'
import type { Statement } from './transaction.ts'

/*
 * The statements of the delivery queue. Locks are had in one order by everybody: destinations, then
 * lanes, then deliveries, each in the order of their keys. What is claimed is locked without
 * waiting, so whoever claims is in no circle.
 */

/** What a delivery holds of an attempt that is under way, as `attempts` has it in the end. */
export const underWay = 'attempt_count, began_at, worker, sent'
export const nothingUnderWay = 'worker = NULL, began_at = NULL, sent = NULL'
export const insertAttempts = `
      INSERT INTO attempts
        (workspace_id, delivery_id, number, began_at, worker, sent, ended_at, outcome)`

const prefixed = (alias: string, columns: string) =>
  columns
    .split(',')
    .map((column) => `${alias}.${column.trim()}`)
    .join(', ')

/**
 * Every destination for which something is pending or claimed, after the one named, with what tells
 * whether something of it may be claimed; one jump through the index for each, however much waits.
 */
export const surveyDestinations: Statement = {
  name: 'survey_destinations',
  text: `
    WITH RECURSIVE busy AS (
      (SELECT workspace_id, destination FROM deliveries
        WHERE wake_at IS NOT NULL AND (workspace_id, destination) > ($1::bigint, $2::text)
        ORDER BY workspace_id, destination LIMIT 1)
      UNION ALL
      SELECT later.workspace_id, later.destination FROM busy
      CROSS JOIN LATERAL (
        SELECT workspace_id, destination FROM deliveries d
        WHERE wake_at IS NOT NULL
          AND (d.workspace_id, d.destination) > (busy.workspace_id, busy.destination)
        ORDER BY workspace_id, destination LIMIT 1) AS later
    ), listed AS MATERIALIZED (SELECT * FROM busy LIMIT $3)
    SELECT listed.workspace_id, listed.destination, at.*,
      (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
      ${prefixed('held', destinationColumns)}
    FROM listed
    LEFT JOIN LATERAL (
      SELECT ${destinationColumns} FROM destinations d
      WHERE d.workspace_id = listed.workspace_id AND d.name = listed.destination LIMIT 1
    ) AS held ON true
    CROSS JOIN LATERAL (
      SELECT (
        SELECT wake_at FROM deliveries d
        WHERE d.workspace_id = listed.workspace_id AND d.destination = listed.destination
          AND d.state = 'pending' AND d.wake_at IS NOT NULL ORDER BY d.wake_at LIMIT 1) AS due_at, (
        SELECT wake_at FROM deliveries d
        WHERE d.workspace_id = listed.workspace_id AND d.destination = listed.destination
          AND d.state = 'claimed' AND d.wake_at IS NOT NULL
        ORDER BY d.wake_at LIMIT 1) AS lease_ends_at, (
        SELECT count(*) FROM (
          SELECT 1 FROM deliveries d
          WHERE d.workspace_id = listed.workspace_id AND d.destination = listed.destination
            AND d.state = 'claimed' AND d.wake_at > $4 LIMIT 1000) AS live) AS claimed
    ) AS at`,
}

/** Those of the destinations that nobody else has locked just now, as they are once locked. */
export const lockFreeDestinations: Statement = {
  name: 'lock_free_destinations',
  text: `
    SELECT asked.workspace_id, held.*
    FROM (SELECT workspace_id, name FROM unnest($1::bigint[], $2::text[]) AS n (workspace_id, name)
      ORDER BY workspace_id, name COLLATE "C") AS asked
    CROSS JOIN LATERAL (
      SELECT ${destinationColumns} FROM destinations d
      WHERE d.workspace_id = asked.workspace_id AND d.name = asked.name
      LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED) AS held`,
}

export const lockDestinations: Statement = {
  name: 'lock_destinations',
  text: lockFreeDestinations.text.replace(' SKIP LOCKED', ''),
}

/** What is claimed of each destination, and when the first that are pending are due. */
export const measureDestinations: Statement = {
  name: 'measure_destinations',
  text: `
    SELECT asked.workspace_id, asked.destination,
      ARRAY(
        SELECT wake_at FROM deliveries d
        WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.destination
          AND d.state = 'claimed' AND d.wake_at IS NOT NULL
        ORDER BY d.wake_at LIMIT 1000) AS leases,
      ARRAY(
        SELECT wake_at FROM deliveries d
        WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.destination
          AND d.state = 'pending' AND d.wake_at IS NOT NULL
        ORDER BY d.wake_at LIMIT asked.most) AS waits
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS asked (workspace_id, destination, most)`,
}

/** What nobody came back from is due again, and says so of its attempt. */
export const takeBack: Statement = {
  name: 'take_back',
  text: `
    WITH late AS MATERIALIZED (
      SELECT asked.workspace_id, held.*
      FROM unnest($1::bigint[], $2::text[]) AS asked (workspace_id, destination)
      CROSS JOIN LATERAL (
        SELECT id, ${underWay} FROM deliveries d
        WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.destination
          AND d.state = 'claimed' AND d.wake_at <= $3::bigint
        ORDER BY d.wake_at, d.id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED) AS held
    ), lost AS (
      ${insertAttempts}
      SELECT workspace_id, id, ${underWay}, NULL, '{"kind":"lost"}' FROM late
      WHERE began_at IS NOT NULL
    )
    UPDATE deliveries d SET state = 'pending', ${nothingUnderWay}
    FROM late WHERE d.workspace_id = late.workspace_id AND d.id = late.id`,
}

/** Takes as many as are given of each destination, those that are due longest first. */
export const claimDeliveries: Statement = {
  name: 'claim_deliveries',
  text: `
    WITH due AS MATERIALIZED (
      SELECT asked.workspace_id, held.id, held.wake_at
      FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS asked (workspace_id, destination, most)
      CROSS JOIN LATERAL (
        SELECT id, wake_at FROM deliveries d
        WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.destination
          AND d.state = 'pending' AND d.wake_at <= $4::bigint
        ORDER BY d.wake_at, d.id LIMIT asked.most FOR NO KEY UPDATE SKIP LOCKED) AS held
    )
    UPDATE deliveries d SET state = 'claimed', wake_at = $5, lease = d.lease + 1, worker = $6
    FROM due WHERE d.workspace_id = due.workspace_id AND d.id = due.id
    RETURNING d.workspace_id, d.lease, due.wake_at AS was_due,
      d.attempt_count - d.tries_from AS try_count, ${prefixed('d', deliveryColumns)}`,
}

/** The breaker and the bucket after calls were given out. */
export const noteClaims: Statement = {
  name: 'note_claims',
  text: `
    UPDATE destinations d
    SET breaker_probe_at = n.probe_at, rate_calls = n.rate_calls, rate_at = n.rate_at
    FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::double precision[], $5::bigint[])
      AS n (workspace_id, name, probe_at, rate_calls, rate_at)
    WHERE d.workspace_id = n.workspace_id AND d.name = n.name`,
}

export const selectRuleVersions: Statement = {
  name: 'select_rule_versions',
  text: `
    SELECT asked.workspace_id, asked.name, asked.version, kept.definition, home.name AS workspace,
      home.id_key
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS asked (workspace_id, name, version)
    LEFT JOIN LATERAL (
      SELECT definition FROM rules r
      WHERE r.workspace_id = asked.workspace_id AND r.name = asked.name
        AND r.version = asked.version LIMIT 1) AS kept ON true
    CROSS JOIN LATERAL (
      SELECT name, id_key FROM workspaces w WHERE w.id = asked.workspace_id LIMIT 1) AS home`,
}

/** Answers those whose leases still hold. Keys come in their order, and are locked in it. */
export const beginAttempts: Statement = {
  name: 'begin_attempts',
  text: `
    WITH held AS MATERIALIZED (
      SELECT b.*
      FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
        AS b (workspace_id, id, lease, request, worker, sent)
      CROSS JOIN LATERAL (
        SELECT state, lease, wake_at FROM deliveries o
        WHERE o.workspace_id = b.workspace_id AND o.id = b.id LIMIT 1 FOR NO KEY UPDATE) AS now
      WHERE now.state = 'claimed' AND now.lease = b.lease AND now.wake_at > $1::bigint
    )
    UPDATE deliveries d SET attempt_count = d.attempt_count + 1, began_at = $1,
      request = coalesce(d.request, held.request), worker = held.worker, sent = held.sent
    FROM held WHERE d.workspace_id = held.workspace_id AND d.id = held.id
    RETURNING d.workspace_id, d.id`,
}

/** What results are judged by; nothing of it changes as long as the lease holds. */
export const selectClaimed: Statement = {
  name: 'select_claimed',
  text: `
    SELECT asked.workspace_id, held.*, ${prefixed('place', destinationColumns)}
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS asked (workspace_id, id, lease)
    CROSS JOIN LATERAL (
      SELECT id, destination, subject, reason, detail, began_at,
        attempt_count - tries_from AS try_count
      FROM deliveries d
      WHERE d.workspace_id = asked.workspace_id AND d.id = asked.id AND d.lease = asked.lease
        AND d.state = 'claimed' LIMIT 1) AS held
    LEFT JOIN LATERAL (
      SELECT ${destinationColumns} FROM destinations p
      WHERE p.workspace_id = asked.workspace_id AND p.name = held.destination LIMIT 1
    ) AS place ON true`,
}

/** Ends claims as was decided; answers those whose leases still held. */
export const finishDeliveries: Statement = {
  name: 'finish_deliveries',
  text: `
    WITH held AS MATERIALIZED (
      SELECT f.*, ${underWay}
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[],
        $6::bigint[], $7::text[], $8::text[], $9::text[], $10::integer[])
        AS f (workspace_id, id, lease, state, wake_at, ended_at, reason, detail, outcome, untried)
      CROSS JOIN LATERAL (
        SELECT state, lease, ${underWay} FROM deliveries o
        WHERE o.workspace_id = f.workspace_id AND o.id = f.id LIMIT 1 FOR NO KEY UPDATE) AS now
      WHERE now.state = 'claimed' AND now.lease = f.lease
    ), told AS (
      ${insertAttempts}
      SELECT workspace_id, id, ${underWay},
        CASE WHEN outcome IS NOT NULL THEN $11::bigint END,
        coalesce(outcome, '{"kind":"lost"}')
      FROM held WHERE began_at IS NOT NULL
    )
    UPDATE deliveries d SET state = held.state, wake_at = held.wake_at, ended_at = held.ended_at,
      reason = held.reason, detail = held.detail, tries_from = d.tries_from + held.untried,
      ${nothingUnderWay}
    FROM held WHERE d.workspace_id = held.workspace_id AND d.id = held.id
    RETURNING d.workspace_id, d.id, d.destination, d.state, d.reason`,
}

export const updateBreakers: Statement = {
  name: 'update_breakers',
  text: `
    UPDATE destinations d SET breaker_failures = n.failures, breaker_open_until = n.open_until,
      breaker_opened = n.opened, breaker_probe_at = n.probe_at, state = n.state,
      state_reason = n.state_reason, failed_in_row = n.failed_in_row
    FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::bigint[], $5::integer[],
      $6::bigint[], $7::text[], $8::text[], $9::integer[])
      AS n (workspace_id, name, failures, open_until, opened, probe_at, state, state_reason,
        failed_in_row)
    WHERE d.workspace_id = n.workspace_id AND d.name = n.name`,
}

export const insertNotices: Statement = {
  name: 'insert_notices',
  text: `
    INSERT INTO destination_notices (
      workspace_id, destination, at, kind, reason, delivery, death)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[],
      $6::bigint[], $7::text[])
    ON CONFLICT DO NOTHING`,
}

/** Puts leases' ends elsewhere, or with a null ends them. Keys come in their order. */
export const extendLeases: Statement = {
  name: 'extend_leases',
  text: `
    UPDATE deliveries d SET wake_at = $4
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS c (workspace_id, id, lease)
    WHERE d.workspace_id = c.workspace_id AND d.id = c.id AND d.lease = c.lease
      AND d.state = 'claimed'
    RETURNING d.workspace_id, d.id`,
}
