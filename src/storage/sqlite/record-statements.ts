import { limits } from '../../core/limits.ts'
import { recordColumns } from '../rows.ts'
import { prefixed, rowKey } from './statements.ts'

/** Statements about records, one named constant each, so that plans can be tested. */

export const selectRecord = `
  SELECT ${recordColumns} FROM records
  WHERE key = ${rowKey('?1', '?2')} AND workspace_id = ?1 AND id = ?2`

export const selectRecordByName = `
  SELECT ${recordColumns} FROM records
  WHERE workspace_id = ? AND kind = ? AND parent = ? AND name = ?`

/** Of a list of names as JSON: one look into the index for each of them. */
export const selectRecordsByNames = `
  SELECT ${prefixed('r', recordColumns)} FROM json_each(?4) CROSS JOIN records AS r
  WHERE r.workspace_id = ?1 AND r.kind = ?2 AND r.parent = ?3 AND r.name = json_each.value`

/** The limits are part of the text: a bound one has the statement planned anew on every call. */
export const selectRecordsOf = `
  SELECT ${recordColumns} FROM records
  WHERE workspace_id = ? AND subject = ? LIMIT ${limits.recordsOfPeopleMax}`

/** Of a list of people as JSON, one after the other: one look into the index for each of them. */
export const selectRecordsOfMany = `
  SELECT ${prefixed('r', recordColumns)} FROM json_each(?2) CROSS JOIN records AS r
  WHERE r.workspace_id = ?1 AND r.subject = json_each.value LIMIT ${limits.recordsOfPeopleMax}`

export const selectSomeOfParent = `
  SELECT id FROM records WHERE workspace_id = ? AND kind = ? AND parent = ?
  ORDER BY id LIMIT ${limits.recordsPerCommandMax}`

export const selectSomeOfSubject = `
  SELECT id FROM records WHERE workspace_id = ? AND subject = ? AND kind = ?
  ORDER BY id LIMIT ${limits.recordsPerCommandMax}`

export const putRecord = `
  INSERT INTO records (key, workspace_id, ${recordColumns})
  VALUES (${rowKey('?1', '?2')}, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`

export const deleteRecord = `DELETE FROM records WHERE key = ${rowKey('?1', '?2')}`

/** What has a name is its dialect's to bring along: the name may say whose it is. */
export const moveRecords =
  'UPDATE records SET subject = ? WHERE workspace_id = ? AND subject = ? AND name IS NULL'

export const deleteRecordsOf = 'DELETE FROM records WHERE workspace_id = ? AND subject = ?'
