import { imported } from '../../core/event.ts'
import { holdersLoadedMax } from '../../core/known.ts'
import { auditColumns, runColumns } from '../rows.ts'
import type { RowStatement } from './row-inserts.ts'

/** Every statement of the write path, one named constant each, so that plans can be tested. */

/**
 * The key of a row from its workspace and id: see the schema. An id that a caller made up may be
 * too large for its place and make the key of another row: who takes such ids compares both.
 */
export function rowKey(workspaceId: string, id: string): string {
  return `((${workspaceId} << 40) | ${id})`
}

/**
 * A bound limit, so put that the engine does not plan the statement anew for each value of it: that
 * took 7 µs of the 9 that a short look-up takes.
 */
export function limitAt(place: string): string {
  return `LIMIT CAST(${place} AS INTEGER)`
}

/** Columns of one table of several. */
export function prefixed(table: string, columns: string): string {
  return columns
    .split(',')
    .map((column) => `${table}.${column.trim()}`)
    .join(', ')
}

export const profileColumns = `
  id, version, attributes, provenance, tags, identifiers, phone, created_at, updated_at,
  last_event, removed_at`

/** One row by its whole key; asked for on every write, and so as plain as can be. */
export const selectOwner = `
  SELECT profile_id FROM profile_identifiers
  WHERE workspace_id = ? AND kind = ? AND value = ? AND holder = 0`

/** The same, with the profile in full, for the first that a decision asks for. */
export const selectOwnerInFull = `
  SELECT ${prefixed('p', profileColumns)} FROM profile_identifiers i
  JOIN profiles p ON p.key = ${rowKey('i.workspace_id', 'i.profile_id')}
  WHERE i.workspace_id = ? AND i.kind = ? AND i.value = ? AND i.holder = 0`

/**
 * The owner, then the others who hold the value by id; usually nobody. The limit is part of the
 * text: a bound one makes the engine plan the statement anew on every call (12 µs instead of 2).
 */
export const selectHolders = `
  SELECT profile_id FROM profile_identifiers
  WHERE workspace_id = ? AND kind = ? AND value = ? AND holder >= 0 ORDER BY holder
  LIMIT ${holdersLoadedMax}`

export const selectRemovedAt = `
  SELECT max(removed_at) AS removed_at FROM profile_identifiers
  WHERE workspace_id = ? AND kind = ? AND value = ? AND holder < 0`

export const selectProfile = `
  SELECT ${profileColumns} FROM profiles
  WHERE key = ${rowKey('?1', '?2')} AND workspace_id = ?1 AND id = ?2`

export const insertProfile = `
  INSERT INTO profiles (key, workspace_id, id, version, attributes, provenance, tags, identifiers,
    updated_at, last_event, removed_at, phone, created_at)
  VALUES (${rowKey('?1', '?2')}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`

const profileAssignments = `
  version = ?3, attributes = ?4, provenance = ?5, tags = ?6, identifiers = ?7, updated_at = ?8,
  last_event = ?9, removed_at = ?10`

/** Leaves the phone number: a column that is named has its index written, changed or not. */
export const updateProfile = `
  UPDATE profiles SET ${profileAssignments} WHERE key = ${rowKey('?1', '?2')}`

export const updateProfileAndPhone = `
  UPDATE profiles SET ${profileAssignments}, phone = ?11 WHERE key = ${rowKey('?1', '?2')}`

/** Makes the profile the owner; changes nothing where there is one. */
export const insertOwner = `
  INSERT INTO profile_identifiers (workspace_id, kind, value, holder, profile_id)
  VALUES (?, ?, ?, 0, ?) ON CONFLICT DO NOTHING`

/**
 * The same of many with ids one after the other, for a list of values as JSON text, null for those
 * who have none of the kind. It takes a third of the time of a statement for each.
 */
export const insertOwners = `
  INSERT OR FAIL INTO profile_identifiers (workspace_id, kind, value, holder, profile_id)
  SELECT ?1, ?2, value, 0, ?3 + key FROM json_each(?4) WHERE value IS NOT NULL
  ON CONFLICT DO NOTHING`

/** Takes back what was just entered for some of these. */
export const deleteOwners = `
  DELETE FROM profile_identifiers
  WHERE workspace_id = ?1 AND kind = ?2 AND value IN (SELECT value FROM json_each(?4))
    AND holder = 0 AND profile_id >= ?3`

/** One more who holds what another owns. */
export const insertHolder = `
  INSERT INTO profile_identifiers (workspace_id, kind, value, holder, profile_id)
  VALUES (?1, ?2, ?3, ?4, ?4)`

/**
 * Who gives a value up stays on its page as a former holder. Answers a row for whoever held it,
 * with 1 when it owned the value and others have it too.
 */
export const releaseIdentifier = `
  UPDATE OR REPLACE profile_identifiers SET holder = -?4, removed_at = ?5
  WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder IN (0, ?4) AND profile_id = ?4
  RETURNING EXISTS (
    SELECT 1 FROM profile_identifiers
    WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder > 0
  ) AS others`

/** The lowest profile id that has the value becomes its owner. */
export const promoteHeir = `
  UPDATE profile_identifiers SET holder = 0
  WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder = (
    SELECT MIN(holder) FROM profile_identifiers
    WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder > 0
  ) AND NOT EXISTS (
    SELECT 1 FROM profile_identifiers
    WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder = 0)`

const eventColumns = `
  workspace_id, id, type, subject, previous, occurred_at, received_at, source, token_id, request_id,
  cause_event, cause_rule, cause_depth, attributes, changes, dropped, identifiers, found_by,
  idempotency_key`

/** A list of as many rows as are asked for. */
function rowsOf(count: number, row: (nth: number) => string): string {
  return Array.from({ length: count }, (_, nth) => `(${row(nth)})`).join(', ')
}

/**
 * Each with the workspace and the id before the values of `eventColumns`. The parameters have no
 * numbers: of many that have each is looked up, past all before it, as it is bound.
 */
export const insertEvents: RowStatement = {
  text: (rows) => {
    const values = `${rowKey('?', '?')}, ${eventColumns.replaceAll(/\w+/g, '?')}`
    return `INSERT OR FAIL INTO events (key, ${eventColumns}) VALUES ${rowsOf(rows, () => values)}`
  },
  width: eventColumns.split(',').length + 2,
}

/**
 * People as they were foreseen: the workspace, the ids of the first profile and of its event, and
 * the time; then for each what is named last among the columns.
 */
export const insertNewcomers: RowStatement = {
  text: (rows) => {
    const row = (nth: number) => `
      ${rowKey('?1', `(?2 + ${nth})`)}, ?1, ?2 + ${nth}, ?3 + ${nth}, ?4, ?4, 1, NULL,
      ?, ?, ?, ?, ?`
    return `
      INSERT OR FAIL INTO profiles (key, workspace_id, id, last_event, created_at, updated_at,
        version, removed_at, attributes, provenance, tags, identifiers, phone)
      VALUES ${rowsOf(rows, row)}`
  },
  width: 5,
}

/** The one event of each, likewise. */
export const insertNewcomerEvents: RowStatement = {
  text: (rows) => {
    const row = (nth: number) => `
      ${rowKey('?1', `(?3 + ${nth})`)}, ?1, ?2 + ${nth}, ?3 + ${nth}, ?4, ?4,
      'profile.created', 'created', '${imported}', ?, ?, ?, ?`
    return `
      INSERT OR FAIL INTO events (key, workspace_id, subject, id, occurred_at, received_at,
        type, found_by, source, attributes, changes, dropped, identifiers)
      VALUES ${rowsOf(rows, row)}`
  },
  width: 4,
}

export const insertEventIdentifier = `
  INSERT INTO event_identifiers (workspace_id, kind, value, event_id) VALUES (?, ?, ?, ?)
  ON CONFLICT DO NOTHING`

export const selectIdempotency = `
  SELECT body_hash, outcome, profile_id FROM idempotency
  WHERE workspace_id = ? AND token_id = ? AND route = ? AND key = ?`

export const insertIdempotency = `
  INSERT INTO idempotency
    (workspace_id, token_id, route, key, body_hash, outcome, profile_id, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

export const selectName = 'SELECT id FROM names WHERE workspace_id = ? AND kind = ? AND name = ?'

export const insertName = `
  INSERT INTO names (workspace_id, kind, name, id, first_at) VALUES (?, ?, ?, ?, ?)`

export const selectWorkspaceState = `
  SELECT name, settings, last_event_id, last_profile_id, last_name_id, last_delivery_id,
    last_record_id, profile_count
  FROM workspaces JOIN counters ON counters.workspace_id = workspaces.id WHERE workspaces.id = ?`

export const updateCounters = `
  UPDATE counters SET last_event_id = ?, last_profile_id = ?, last_name_id = ?,
    last_delivery_id = ?, last_record_id = ?, profile_count = ?
  WHERE workspace_id = ?`

/** Rules of subscriptions come behind those of the file. */
export const subscriptionPosition = 1_000_000

/** Those that a file put there. */
export const selectFileRules = `
  SELECT name, version, definition, disabled FROM rules
  WHERE workspace_id = ? AND position < ${subscriptionPosition} ORDER BY position`

export const unplaceFileRules = `
  UPDATE rules SET position = NULL
  WHERE workspace_id = ? AND position < ${subscriptionPosition}`

export const unplaceRule =
  'UPDATE rules SET position = NULL WHERE workspace_id = ? AND name = ? AND position IS NOT NULL'

export const placeRule =
  'UPDATE rules SET position = ? WHERE workspace_id = ? AND name = ? AND version = ?'

export const insertRule = 'INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?)'

export const selectNewestRule = `
  SELECT version, definition, disabled FROM rules
  WHERE workspace_id = ? AND name = ? ORDER BY version DESC LIMIT 1`

/** All in force, also those of subscriptions. */
export const selectRules = `
  SELECT name, version, definition, disabled FROM rules
  WHERE workspace_id = ? AND position IS NOT NULL ORDER BY position, name`

/** Versions no longer in force that runs began with and still wait by. */
export const selectReplacedRules = `
  SELECT name, version, definition, disabled FROM rules
  WHERE workspace_id = ? AND position IS NULL AND EXISTS (
    SELECT 1 FROM runs WHERE runs.workspace_id = rules.workspace_id AND runs.rule = rules.name
      AND runs.version = rules.version AND runs.due_at IS NOT NULL)`

export const selectRun = `
  SELECT ${runColumns} FROM runs WHERE workspace_id = ? AND event_id = ? AND rule = ?`

export const selectRuleVersion = `
  SELECT name, version, definition, disabled FROM rules
  WHERE workspace_id = ? AND name = ? AND version = ?`

export const putRun = `
  INSERT INTO runs (workspace_id, ${runColumns})
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET subject = excluded.subject, state = excluded.state,
    cursor = excluded.cursor, due_at = excluded.due_at, reason = excluded.reason,
    detail = excluded.detail, ended_by = excluded.ended_by, ended_at = excluded.ended_at,
    log = excluded.log`

export const cancelRuns = `
  UPDATE runs SET state = 'cancelled', cursor = '[]', due_at = NULL, reason = 'event',
    ended_by = ?5, ended_at = ?6
  WHERE workspace_id = ?1 AND subject = ?2 AND rule = ?3 AND version = ?4 AND due_at IS NOT NULL`

export const selectDueRuns = `
  SELECT workspace_id, event_id, rule, subject FROM runs
  WHERE due_at <= ? ORDER BY due_at LIMIT ?`

export const selectNextDue = 'SELECT min(due_at) AS due_at FROM runs WHERE due_at IS NOT NULL'

export const selectRuleCounts = `
  SELECT rule, subject, minute, count FROM rule_counts WHERE workspace_id = ? AND subject = ?`

export const putRuleCount = `
  INSERT INTO rule_counts (workspace_id, subject, rule, minute, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET minute = excluded.minute, count = excluded.count`

export const probe = 'UPDATE state SET probe_at = ? WHERE one = 1'

export const insertAudit = `
  INSERT INTO audit (${auditColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
