import { attemptColumns, deliveryColumns, destinationColumns } from '../delivery-rows.ts'
import { rowKey } from './statements.ts'

/** The statements of deliveries that the writing thread runs, one named constant each. */

const key = rowKey('?1', '?2')

export const selectDestinationExists =
  'SELECT 1 FROM destinations WHERE workspace_id = ? AND name = ?'

export const selectDestination = `
  SELECT ${destinationColumns} FROM destinations WHERE workspace_id = ? AND name = ?`

export const selectDestinations = `
  SELECT ${destinationColumns} FROM destinations WHERE workspace_id = ? ORDER BY name`

/** Leaves state, breaker and rate of one that is there. */
export const putDestination = `
  INSERT INTO destinations (workspace_id, name, version, definition, state, signing_secret,
    previous_secret, previous_until, auth_secret, breaker_failures, breaker_opened, created_at,
    updated_at)
  VALUES (?1, ?2, ?3, ?4, 'active', ?5, ?6, ?7, ?8, 0, 0, ?9, ?9)
  ON CONFLICT DO UPDATE SET version = excluded.version, definition = excluded.definition,
    signing_secret = excluded.signing_secret, previous_secret = excluded.previous_secret,
    previous_until = excluded.previous_until, auth_secret = excluded.auth_secret,
    updated_at = excluded.updated_at`

export const deleteDestination = 'DELETE FROM destinations WHERE workspace_id = ? AND name = ?'

export const updateDestinationState = `
  UPDATE destinations SET state = ?3, state_reason = ?4 WHERE workspace_id = ?1 AND name = ?2`

export const updateDestinationLoad = `
  UPDATE destinations SET breaker_failures = ?3, breaker_open_until = ?4, breaker_opened = ?5,
    breaker_probe_at = ?6, rate_calls = ?7, rate_at = ?8
  WHERE workspace_id = ?1 AND name = ?2`

/** Failures in a row, which only some destinations count. */
export const updateFailedInRow =
  'UPDATE destinations SET failed_in_row = ?3 WHERE workspace_id = ?1 AND name = ?2'

export const forgetNotices =
  'DELETE FROM destination_notices WHERE workspace_id = ? AND destination = ?'

export const insertNotice = `
  INSERT INTO destination_notices (workspace_id, destination, kind, reason, at, delivery, death)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

/** By its key, so that telling many is not the slower the more there are. */
export const selectNotices = `
  SELECT workspace_id, destination, kind, reason, at, delivery, death FROM destination_notices
  ORDER BY key LIMIT ?`

export const deleteNotice = `
  DELETE FROM destination_notices
  WHERE workspace_id = ? AND destination = ? AND kind = ? AND at = ? AND delivery = ?`

export const insertDelivery = `
  INSERT INTO deliveries (key, workspace_id, ${deliveryColumns}, place)
  VALUES (${key}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
    ?19)`

const standingColumns = `
  workspace_id, id, destination, subject, state, attempt_count, tries_from, lease, wake_at`

export const selectStanding = `SELECT ${standingColumns} FROM deliveries WHERE key = ${key}`

export const selectLaneHead = `
  SELECT id, state FROM deliveries INDEXED BY deliveries_by_lane
  WHERE workspace_id = ? AND subject = ? AND destination = ? AND place IS NOT NULL
  ORDER BY place LIMIT 1`

export const updatePending = `
  UPDATE deliveries SET state = 'pending', wake_at = ?3 WHERE key = ${key}`

export const updateRetry = `
  UPDATE deliveries SET state = 'pending', wake_at = ?3, reason = ?4, detail = ?5,
    tries_from = tries_from + ?6
  WHERE key = ${key}`

export const updateClaimed = `
  UPDATE deliveries SET state = 'claimed', wake_at = ?3, lease = lease + 1 WHERE key = ${key}
  RETURNING lease`

export const updateLeaseEnd = `UPDATE deliveries SET wake_at = ?3 WHERE key = ${key}`

export const updateEnded = `
  UPDATE deliveries SET state = ?3, place = NULL, wake_at = NULL, reason = ?4, detail = ?5,
    ended_at = ?6
  WHERE key = ${key}`

export const updateBegun = `
  UPDATE deliveries SET attempt_count = attempt_count + 1 WHERE key = ${key}
  RETURNING attempt_count`

export const updateBegunWithRequest = `
  UPDATE deliveries SET attempt_count = attempt_count + 1, request = coalesce(request, ?3)
  WHERE key = ${key} RETURNING attempt_count`

export const updateRequest = `UPDATE deliveries SET request = ?3 WHERE key = ${key}`

export const updateRedelivered = `
  UPDATE deliveries SET state = ?3, place = ?4, wake_at = ?5, tries_from = attempt_count,
    reason = NULL, detail = NULL, ended_at = NULL
  WHERE key = ${key}`

export const selectClaimedOf = `
  SELECT ${standingColumns} FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'claimed' AND wake_at IS NOT NULL`

const endAll = `
  UPDATE deliveries INDEXED BY deliveries_by_wake
  SET state = 'dead', place = NULL, wake_at = NULL, reason = ?3, detail = NULL, ended_at = ?4
  WHERE workspace_id = ?1 AND destination = ?2`

/** Everything that is not over, of a destination that goes. */
export const updateAwakeEnded = `${endAll} AND wake_at IS NOT NULL`

export const updateQueuedEnded = `${endAll.replace('by_wake', 'queued')} AND state = 'queued'`

/**
 * The next destination of a workspace that has anything pending or claimed, and the first of the
 * next workspace. In two, because one comparison of both columns reads every row of the last one.
 */
export const selectNextAwake = `
  SELECT workspace_id, destination FROM deliveries INDEXED BY deliveries_by_wake
  WHERE wake_at IS NOT NULL AND workspace_id = ? AND destination > ?
  ORDER BY destination LIMIT 1`

export const selectNextAwakeWorkspace = `
  SELECT workspace_id, destination FROM deliveries INDEXED BY deliveries_by_wake
  WHERE wake_at IS NOT NULL AND workspace_id > ?
  ORDER BY workspace_id, destination LIMIT 1`

export const selectLeasesOut = `
  SELECT ${standingColumns} FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'claimed' AND wake_at <= ?`

export const selectClaimedCount = `
  SELECT count(*) AS claimed, min(wake_at) AS lease_ends_at, max(wake_at) AS last_ends_at
  FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'claimed' AND wake_at IS NOT NULL`

export const selectNextPending = `
  SELECT wake_at FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'pending' AND wake_at IS NOT NULL
  ORDER BY wake_at LIMIT 1`

/** The two ends of what is pending, to be looked at after the clock was set back. */
const farPending = (order: 'ASC' | 'DESC') => `
  SELECT wake_at, reason FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'pending' AND wake_at > ?
  ORDER BY wake_at ${order} LIMIT 1`

export const selectFirstAhead = farPending('ASC')
export const selectLastAhead = farPending('DESC')

/** What nobody has tried yet was due when it was planned; what was tried, no later than `?5`. */
export const updateTooFarAhead = `
  UPDATE deliveries INDEXED BY deliveries_by_wake SET wake_at = ?3
  WHERE workspace_id = ?1 AND destination = ?2 AND state = 'pending'
    AND wake_at > iif(reason IS NULL, ?4, ?5) AND wake_at > ?4`

export const updateLeasesTooLong = `
  UPDATE deliveries INDEXED BY deliveries_by_wake SET wake_at = ?3
  WHERE workspace_id = ?1 AND destination = ?2 AND state = 'claimed' AND wake_at > ?3`

export const selectDueCount = `
  SELECT count(*) AS due FROM (
    SELECT 1 FROM deliveries INDEXED BY deliveries_by_wake
    WHERE workspace_id = ? AND destination = ? AND state = 'pending' AND wake_at <= ? LIMIT ?)`

/** Up to so many of a destination, for somebody who watches. */
const counted = (index: string, state: string, also = '') => `
  SELECT count(*) AS count FROM (
    SELECT 1 FROM deliveries INDEXED BY ${index}
    WHERE workspace_id = ? AND destination = ? AND state = '${state}' ${also} LIMIT ?)`

export const countPending = counted('deliveries_by_wake', 'pending', 'AND wake_at IS NOT NULL')
export const countQueued = counted('deliveries_queued', 'queued')
export const countDead = counted('deliveries_dead', 'dead')

export const selectDue = `
  SELECT ${deliveryColumns}, attempt_count - tries_from AS try_count
  FROM deliveries INDEXED BY deliveries_by_wake
  WHERE workspace_id = ? AND destination = ? AND state = 'pending' AND wake_at <= ?
  ORDER BY wake_at, key LIMIT ?`

export const insertAttempt = `
  INSERT INTO attempts (workspace_id, ${attemptColumns}) VALUES (?, ?, ?, ?, ?, NULL, ?, NULL)`

export const updateAttempt = `
  UPDATE attempts SET ended_at = ?4, outcome = ?5
  WHERE workspace_id = ?1 AND delivery_id = ?2 AND number = ?3 AND outcome IS NULL`
