import type { HoldingWanted, ScanWanted } from '../search/profile-source.ts'
import { mayHold, mayRename, renamesMax } from '../search/shown-names.ts'
import { limitAt, profileColumns, rowKey } from './statements.ts'

/** Statements of searching, one named constant each, so that plans can be tested. */

export const selectSearchState = `
  SELECT settings, profile_count, last_profile_id, last_event_id, (
    SELECT json_group_array(name) FROM index_fills WHERE workspace_id = ?1) AS filling, (
    SELECT last_event_id FROM roll_ups WHERE workspace_id = ?1) AS named_to
  FROM workspaces JOIN counters ON counters.workspace_id = workspaces.id WHERE workspaces.id = ?1`

export const selectGaps = 'SELECT block, count FROM profile_gaps WHERE workspace_id = ?'

export const addGap = `
  INSERT INTO profile_gaps (workspace_id, block, count) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

export const selectTermBlock = `
  SELECT ids FROM profile_terms
  WHERE workspace_id = ? AND kind = ? AND name = ? AND value = ? AND block = ?`

export const putTermBlock = `
  INSERT INTO profile_terms (workspace_id, kind, name, value, block, ids) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET ids = excluded.ids`

export const deleteTermBlock = `
  DELETE FROM profile_terms
  WHERE workspace_id = ? AND kind = ? AND name = ? AND value = ? AND block = ?`

/** The keys of a list of ids, given as JSON. */
export const selectByIds = `
  SELECT ${profileColumns} FROM profiles
  WHERE key IN (SELECT ${rowKey('?1', 'value')} FROM json_each(?2))`

export const selectPhoned = `
  SELECT id FROM profiles WHERE workspace_id = ?1 AND phone = ?2
    AND key > ${rowKey('?1', '?3')} AND key < ${rowKey('?1', '?4')} ORDER BY key ${limitAt('?5')}`

export const selectPhonedBack = selectPhoned.replace('BY key', 'BY key DESC')

export const selectTerm = `
  SELECT block, ids FROM profile_terms
  WHERE workspace_id = ? AND kind = ? AND name = ? AND value = ? ORDER BY block`

export const selectIdentifiersWithin = `
  SELECT profile_id AS id FROM profile_identifiers
  WHERE workspace_id = ?1 AND kind = ?2 AND value >= ?3 AND value < ?4 AND holder >= 0
  ${limitAt('?5')}`

/** The same in order behind a place: its owner, who may come after it, and whoever else does. */
export const selectHolders = `
  SELECT value AS text, profile_id AS id, holder FROM profile_identifiers
  WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder = 0 AND profile_id > ?4
  UNION ALL
  SELECT value AS text, profile_id AS id, holder FROM profile_identifiers
  WHERE workspace_id = ?1 AND kind = ?2 AND (value, holder) > (?3, ?4) AND value < ?5
    AND holder >= 0
  ORDER BY text, holder ${limitAt('?6')}`

const ofShownName = `key - ${rowKey('?1', '0')}`

export const selectNamesWithin = `
  SELECT ${ofShownName} AS id FROM shown_names
  WHERE workspace_id = ?1 AND name >= ?2 AND name < ?3 ${limitAt('?4')}`

/** The same in order behind a place. */
export const selectNamesFrom = `
  SELECT name AS text, ${ofShownName} AS id FROM shown_names
  WHERE workspace_id = ?1 AND (name, key) > (?2, ${rowKey('?1', '?3')}) AND name < ?4
  ORDER BY name, key ${limitAt('?5')}`

/** Whom events may have renamed. */
const subjectsRenamed = `
  SELECT ${rowKey('?1', 'subject')} FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} AND ${mayRename('instr')}`

/** The next events that may have renamed somebody, as many as are taken in one transaction. */
export const selectRenames = `
  SELECT id FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key <= ${rowKey('?1', '?3')} AND ${mayRename('instr')}
  ORDER BY key LIMIT ${renamesMax}`

export const selectRenamed = `
  SELECT ${profileColumns} FROM profiles WHERE key IN (${subjectsRenamed})`

/** Of these who may be called as `?4` begins, since their attributes hold it. */
export const selectRenamedTo = `${selectRenamed} AND ${mayHold('instr', 'attributes', '?4')}`

export const putShownName = `
  INSERT INTO shown_names (key, workspace_id, name) VALUES (${rowKey('?1', '?2')}, ?1, ?3)
  ON CONFLICT DO UPDATE SET name = excluded.name WHERE name <> excluded.name`

export const deleteShownName = `DELETE FROM shown_names WHERE key = ${rowKey('?1', '?2')}`

export const selectCreatedWithin = `
  SELECT id FROM profiles WHERE workspace_id = ?1 AND created_at >= ?2 AND created_at < ?3
  ${limitAt('?4')}`

/** A part of the list in one of its orders; `?2` and `?3` are the place it begins behind. */
export function selectScan({
  by,
  descending,
  include,
  brief,
}: Pick<ScanWanted, 'by' | 'descending' | 'include' | 'brief'>): string {
  const [beyond, order] = descending ? ['<', 'DESC'] : ['>', 'ASC']
  const columns = brief ? 'id, created_at, updated_at, removed_at' : profileColumns
  // One bound on either side: of two on one side it would take the first, and read from there.
  const edge = descending ? `> ${rowKey('?1', '0')}` : `< ${rowKey('(?1 + 1)', '0')}`
  const place =
    by === 'id'
      ? `key ${beyond} ${rowKey('?1', '?3')} AND key ${edge} AND ?2 = ?2`
      : `workspace_id = ?1 AND (created_at, key) ${beyond} (?2, ${rowKey('?1', '?3')})`
  const sorted = by === 'id' ? `key ${order}` : `created_at ${order}, key ${order}`
  return `
    SELECT ${columns} FROM profiles WHERE ${place} ${included[include]}
    ORDER BY ${sorted} ${limitAt('?4')} OFFSET CAST(?5 AS INTEGER)`
}

/** Everybody between two ids whose attributes hold a text. */
export function selectHolding({
  descending,
  include,
}: Pick<HoldingWanted, 'descending' | 'include'>): string {
  return `
    SELECT ${profileColumns} FROM profiles
    WHERE key > ${rowKey('?1', '?2')} AND key < ${rowKey('?1', '?3')} ${included[include]}
      AND instr(attributes, ?4) > 0
    ORDER BY key ${descending ? 'DESC' : 'ASC'}`
}

const included = {
  living: 'AND removed_at IS NULL',
  removed: 'AND removed_at IS NOT NULL',
  all: '',
}
