import { recordColumns } from '../rows.ts'
import type { Statement } from './transaction.ts'

/* Statements about records; `$1` is the workspace in each of them. */

export const selectRecord: Statement = {
  name: 'select_record',
  text: `SELECT ${recordColumns} FROM records WHERE workspace_id = $1 AND id = $2`,
}

export const selectRecordByName: Statement = {
  name: 'select_record_by_name',
  text: `
    SELECT ${recordColumns} FROM records
    WHERE workspace_id = $1 AND kind = $2 AND parent = $3 AND name = $4`,
}

export const selectRecordsById: Statement = {
  name: 'select_records_by_id',
  text: `
    SELECT ${recordColumns} FROM records WHERE workspace_id = $1 AND id = ANY ($2::bigint[])`,
}

/** One look into the index for each name: joined freely, few of them read all of a workspace. */
export const selectRecordsByName: Statement = {
  name: 'select_records_by_name',
  text: `
    SELECT ${recordColumns}
    FROM unnest($2::text[], $3::text[], $4::text[]) AS wanted (of_kind, of_parent, of_name),
    LATERAL (
      SELECT ${recordColumns} FROM records
      WHERE workspace_id = $1 AND kind = of_kind AND parent = of_parent AND name = of_name
      LIMIT 1
    ) AS found`,
}

export const selectRecordsOf: Statement = {
  name: 'select_records_of',
  text: `
    SELECT ${recordColumns} FROM records
    WHERE workspace_id = $1 AND subject = ANY ($2::bigint[])
    ORDER BY subject, kind, id LIMIT $3`,
}

export const selectSomeOfParent: Statement = {
  name: 'select_some_of_parent',
  text: `
    SELECT id FROM records WHERE workspace_id = $1 AND kind = $2 AND parent = $3
    ORDER BY id LIMIT $4`,
}

export const selectSomeOfSubject: Statement = {
  name: 'select_some_of_subject',
  text: `
    SELECT id FROM records WHERE workspace_id = $1 AND subject = $2 AND kind = $3
    ORDER BY id LIMIT $4`,
}

export const putRecords: Statement = {
  name: 'put_records',
  text: `
    INSERT INTO records (workspace_id, ${recordColumns})
    SELECT $1, ${recordColumns}
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
      $8::bigint[], $9::bigint[], $10::bigint[]) AS new (${recordColumns})`,
}

export const deleteRecords: Statement = {
  name: 'delete_records',
  text: 'DELETE FROM records WHERE workspace_id = $1 AND id = ANY ($2::bigint[])',
}

/** What has a name is its dialect's to bring along: the name may say whose it is. */
export const moveRecords: Statement = {
  name: 'move_records',
  text: `
    UPDATE records SET subject = ($3::bigint[])[array_position($2::bigint[], subject)]
    WHERE workspace_id = $1 AND subject IS NOT NULL AND subject = ANY ($2::bigint[])
      AND name IS NULL`,
}

export const deleteRecordsOf: Statement = {
  name: 'delete_records_of',
  text: `
    DELETE FROM records WHERE workspace_id = $1 AND subject IS NOT NULL
      AND subject = ANY ($2::bigint[])`,
}

export const keepLastRecord: Statement = {
  name: 'keep_last_record',
  text: 'UPDATE counters SET last_record_id = $2 WHERE workspace_id = $1',
}

const byId = `
  SELECT ${recordColumns} FROM records WHERE workspace_id = $1 AND id = ANY (ARRAY(`

/** What is skipped is skipped in the index, without a look at the records. */
function page(name: string, of: string, count: number, descending: boolean): Statement {
  const direction = descending ? 'DESC' : 'ASC'
  const at = (offset: number) => `$${count + offset}`
  return {
    name: `${name}${descending ? '_back' : ''}`,
    text: `${byId}
      SELECT id FROM records WHERE workspace_id = $1 AND ${of} AND id > ${at(1)} AND id < ${at(2)}
      ORDER BY id ${direction} LIMIT ${at(3)} OFFSET ${at(4)})) ORDER BY id ${direction}`,
  }
}

function total(name: string, of: string): Statement {
  return {
    name,
    text: `SELECT count(*) AS total FROM records WHERE workspace_id = $1 AND ${of}`,
  }
}

const ofParent = 'kind = $2 AND parent = $3'
const ofSubject = 'subject = $2'
const ofSubjectAndKind = 'subject = $2 AND kind = $3'

export const pageOfParent = page('page_of_parent', ofParent, 3, false)
export const pageOfParentBack = page('page_of_parent', ofParent, 3, true)
export const countOfParent = total('count_of_parent', ofParent)
export const pageOfSubject = page('page_of_subject', ofSubject, 2, false)
export const pageOfSubjectBack = page('page_of_subject', ofSubject, 2, true)
export const countOfSubject = total('count_of_subject', ofSubject)
export const pageOfSubjectAndKind = page('page_of_subject_kind', ofSubjectAndKind, 3, false)
export const pageOfSubjectAndKindBack = page('page_of_subject_kind', ofSubjectAndKind, 3, true)
export const countOfSubjectAndKind = total('count_of_subject_kind', ofSubjectAndKind)
