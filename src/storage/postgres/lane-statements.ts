import type { Statement } from './transaction.ts'

/* The statements about lanes, the second kind of lock of the delivery queue. */

/**
 * Locks lanes in the order of their keys, makes those that are missing, and takes places in them.
 * A lane whose last place is the number just taken was not there: nothing is ahead in it.
 */
export const takePlaces: Statement = {
  name: 'take_places',
  text: `
    INSERT INTO lanes AS l (workspace_id, destination, subject, last_place)
    SELECT $1::bigint, destination, subject, count
    FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS n (destination, subject, count)
    ORDER BY destination COLLATE "C", subject
    ON CONFLICT (workspace_id, destination, subject)
    DO UPDATE SET last_place = l.last_place + excluded.last_place
    RETURNING destination, subject, last_place`,
}

/** In the order of their keys; those that are gone already are nobody's to lock. */
export const lockLanes: Statement = {
  name: 'lock_lanes',
  text: `
    SELECT 1
    FROM (SELECT DISTINCT workspace_id, destination COLLATE "C" AS destination, subject
      FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS n (workspace_id, destination, subject)
      ORDER BY workspace_id, destination COLLATE "C", subject) AS asked
    CROSS JOIN LATERAL (
      SELECT 1 FROM lanes l
      WHERE l.workspace_id = asked.workspace_id AND l.destination = asked.destination
        AND l.subject = asked.subject LIMIT 1 FOR UPDATE) AS held`,
}

/**
 * Brings lanes that are locked in order: the first of each becomes pending, and one with nothing in
 * it goes.
 */
export const settleLanes: Statement = {
  name: 'settle_lanes',
  text: `
    WITH touched AS MATERIALIZED (
      SELECT asked.*, head.id, head.state
      FROM (SELECT DISTINCT workspace_id, destination COLLATE "C" AS destination, subject
        FROM unnest($1::bigint[], $2::text[], $3::bigint[])
          AS n (workspace_id, destination, subject)) AS asked
      LEFT JOIN LATERAL (
        SELECT id, state FROM deliveries d
        WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.destination
          AND d.subject = asked.subject AND d.ended_at IS NULL ORDER BY d.place LIMIT 1
      ) AS head ON true
    ), emptied AS (
      DELETE FROM lanes WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM touched CROSS JOIN LATERAL (
          SELECT ctid FROM lanes
          WHERE lanes.workspace_id = touched.workspace_id
            AND lanes.destination = touched.destination
            AND lanes.subject = touched.subject LIMIT 1) AS l
        WHERE touched.id IS NULL))
    )
    UPDATE deliveries d SET state = 'pending', wake_at = $4
    FROM touched WHERE touched.state = 'queued' AND d.workspace_id = touched.workspace_id
      AND d.id = touched.id`,
}
