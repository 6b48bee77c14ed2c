import { termBlock } from '../search/id-set.ts'
import type { HoldingWanted, ScanWanted } from '../search/profile-source.ts'
import { mayHold, mayRename, renamesMax } from '../search/shown-names.ts'
import { profileColumns } from './statements.ts'
import type { Statement } from './transaction.ts'

/* Statements of searching for profiles; `$1` is the workspace in each of them. */

export const selectSearchState: Statement = {
  name: 'select_search_state',
  text: `
    SELECT settings, profile_count, last_profile_id, last_event_id, (
      SELECT json_agg(name) FROM index_fills WHERE workspace_id = $1) AS filling, (
      SELECT last_event_id FROM roll_ups WHERE workspace_id = $1) AS named_to
    FROM workspaces JOIN counters ON counters.workspace_id = workspaces.id
    WHERE workspaces.id = $1`,
}

export const selectGaps: Statement = {
  name: 'select_gaps',
  text: 'SELECT block, count FROM profile_gaps WHERE workspace_id = $1',
}

export const addGaps: Statement = {
  name: 'add_gaps',
  text: `
    INSERT INTO profile_gaps (workspace_id, block, count)
    SELECT $1, block, count FROM unnest($2::bigint[], $3::bigint[]) AS new (block, count)
    ON CONFLICT (workspace_id, block) DO UPDATE SET count = profile_gaps.count + excluded.count`,
}

/**
 * Who is entered under terms, one bit for each in the row of the block. Rows are written in the
 * order of their keys, under the lock on the counters.
 */
const entries = `
  SELECT kind, name, value, (profile_id - 1) / ${termBlock} AS block,
    bit_or(set_bit(repeat('0', ${termBlock})::bit(${termBlock}),
      ((profile_id - 1) % ${termBlock})::integer, 1)) AS ids
  FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[])
    AS each (kind, name, value, profile_id)
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`

/** Beginning an index anew finds some there already. */
export const insertTerms: Statement = {
  name: 'insert_terms',
  text: `
    INSERT INTO profile_terms AS held (workspace_id, kind, name, value, block, ids)
    SELECT $1, kind, name, value, block, ids FROM (${entries}) AS added
    ON CONFLICT (workspace_id, kind, name, value, block)
      DO UPDATE SET ids = held.ids | excluded.ids`,
}

export const removeTerms: Statement = {
  name: 'remove_terms',
  text: `
    WITH gone AS MATERIALIZED (
      SELECT held.ctid AS place, held.ids & ~entries.ids AS rest FROM (${entries}) AS entries
      CROSS JOIN LATERAL (
        SELECT ctid, ids FROM profile_terms t
        WHERE t.workspace_id = $1 AND t.kind = entries.kind AND t.name = entries.name
          AND t.value = entries.value AND t.block = entries.block LIMIT 1) AS held),
    emptied AS (
      DELETE FROM profile_terms
      WHERE ctid = ANY (ARRAY(SELECT place FROM gone WHERE bit_count(rest) = 0)))
    UPDATE profile_terms SET ids = rest FROM gone
    WHERE profile_terms.ctid = gone.place AND bit_count(rest) > 0`,
}

export const selectByIds: Statement = {
  name: 'select_by_ids',
  text: `
    SELECT ${profileColumns} FROM profiles WHERE workspace_id = $1 AND id = ANY ($2::bigint[])`,
}

export const selectPhoned: Statement = {
  name: 'select_phoned',
  text: `
    SELECT id FROM profiles WHERE workspace_id = $1 AND phone = $2 AND id > $3 AND id < $4
    ORDER BY phone, id LIMIT $5`,
}

export const selectPhonedBack: Statement = backward(selectPhoned)

/** All rows of a term in two values: the numbers of the blocks, and what is in them. */
export const selectTerm: Statement = {
  name: 'select_term',
  text: `
    SELECT array_agg(block::float8) AS blocks, string_agg(${bytes('ids')}, '') AS ids FROM (
      SELECT block, ids FROM profile_terms
      WHERE workspace_id = $1 AND kind = $2 AND name = $3 AND value = $4 ORDER BY block) AS rows`,
}

export const selectIdentifiersWithin: Statement = {
  name: 'select_identifiers_within',
  text: `
    SELECT profile_id AS id FROM profile_identifiers
    WHERE workspace_id = $1 AND kind = $2 AND value >= $3 AND value < $4 AND holder >= 0
      AND profile_id IS NOT NULL LIMIT $5`,
}

/** The same in order behind a place: its owner, who may come after it, and whoever else does. */
export const selectHolders: Statement = {
  name: 'select_holders',
  text: `
    (SELECT value AS text, profile_id AS id, holder FROM profile_identifiers
      WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND holder = 0 AND profile_id > $4)
    UNION ALL
    (SELECT value AS text, profile_id AS id, holder FROM profile_identifiers
      WHERE workspace_id = $1 AND kind = $2 AND (value, holder) > ($3, $4) AND value < $5
        AND holder >= 0 AND profile_id IS NOT NULL
      ORDER BY value, holder LIMIT $6)`,
}

export const selectNamesWithin: Statement = {
  name: 'select_names_within',
  text: `
    SELECT id FROM shown_names
    WHERE workspace_id = $1 AND name >= $2 AND name < $3 LIMIT $4`,
}

/** The same in order behind a place. */
export const selectNamesFrom: Statement = {
  name: 'select_names_from',
  text: `
    SELECT name AS text, id FROM shown_names
    WHERE workspace_id = $1 AND (name, id) > ($2, $3) AND name < $4
    ORDER BY name, id LIMIT $5`,
}

/** Those whom events may have renamed. */
export const selectRenamed: Statement = {
  name: 'select_renamed',
  text: `
    SELECT ${profileColumns} FROM profiles WHERE workspace_id = $1 AND id = ANY (ARRAY(
      SELECT DISTINCT subject FROM events
      WHERE workspace_id = $1 AND id > $2 AND id <= $3 AND ${mayRename('strpos')}))`,
}

/** Of these who may be called as `$4` begins, since their attributes hold it. */
export const selectRenamedTo: Statement = {
  name: 'select_renamed_to',
  text: `${selectRenamed.text}
    AND ${mayHold('strpos', 'attributes COLLATE "C"', '$4')}`,
}

/** The next events that may have renamed somebody, as many as are taken in one transaction. */
export const selectRenames = `
  SELECT id FROM events
  WHERE workspace_id = $1 AND id > $2 AND id <= $3 AND ${mayRename('strpos')}
  ORDER BY id LIMIT ${renamesMax}`

export const putShownNames = `
  INSERT INTO shown_names AS held (workspace_id, id, name)
  SELECT $1, * FROM unnest($2::bigint[], $3::text[])
  ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name
    WHERE held.name <> excluded.name`

export const deleteShownNames = `
  DELETE FROM shown_names WHERE workspace_id = $1 AND id = ANY ($2::bigint[])`

export const selectCreatedWithin: Statement = {
  name: 'select_created_within',
  text: `
    SELECT id FROM profiles
    WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 AND created_at >= 0
    LIMIT $4`,
}

const orders = ['id', 'created'] as const
const includes = ['living', 'removed', 'all'] as const

/** Every way in which the list is read on, by what `scanKey` makes of it. */
export const scans: ReadonlyMap<string, Statement> = new Map(
  orders.flatMap((by) =>
    includes.flatMap((include) =>
      [false, true].flatMap((descending) =>
        [false, true].map((brief) => {
          const how = { by, include, descending, brief }
          return [scanKey(how), scan(how)] as const
        }),
      ),
    ),
  ),
)

/** The same with a text that attributes have to hold. */
export const holdings: ReadonlyMap<string, Statement> = new Map(
  includes.flatMap((include) =>
    [false, true].map((descending) => {
      const how = { include, descending }
      return [holdingKey(how), holding(how)] as const
    }),
  ),
)

type How = Pick<ScanWanted, 'by' | 'descending' | 'include' | 'brief'>
type HowHolding = Pick<HoldingWanted, 'descending' | 'include'>

export function scanKey({ by, descending, include, brief }: How): string {
  return `scan_${include}_by_${by}${descending ? '_back' : ''}${brief ? '_brief' : ''}`
}

export function holdingKey({ descending, include }: HowHolding): string {
  return `holding_${include}${descending ? '_back' : ''}`
}

/** `$2` and `$3` are the place it begins behind. */
function scan(how: How): Statement {
  const [beyond, order] = how.descending ? ['<', 'DESC'] : ['>', 'ASC']
  const columns = how.brief ? 'id, created_at, updated_at, removed_at' : profileColumns
  const place =
    how.by === 'id'
      ? `id ${beyond} $3 AND $2::bigint IS NOT NULL`
      : `(created_at, id) ${beyond} ($2, $3) AND created_at >= 0`
  const sorted = how.by === 'id' ? `id ${order}` : `created_at ${order}, id ${order}`
  return {
    name: scanKey(how),
    text: `
      SELECT ${columns} FROM profiles
      WHERE workspace_id = $1 AND ${place} ${included(how.include)}
      ORDER BY ${sorted} LIMIT $4 OFFSET $5`,
  }
}

function holding({ descending, include }: HowHolding): Statement {
  return {
    name: holdingKey({ descending, include }),
    text: `
      SELECT ${profileColumns} FROM profiles
      WHERE workspace_id = $1 AND id > $2 AND id < $3 ${included(include)}
        AND strpos(attributes, $4) > 0
      ORDER BY id ${descending ? 'DESC' : 'ASC'}`,
  }
}

/** A bit string as bytes: what it is sent as, without the length that comes first. */
function bytes(column: string): string {
  return `substring(bit_send(${column}) FROM 5)`
}

function included(include: ScanWanted['include']): string {
  if (include === 'all') return ''
  return include === 'living' ? 'AND removed_at IS NULL' : 'AND removed_at IS NOT NULL'
}

function backward({ name, text }: Statement): Statement {
  const turned = text.replace(/ORDER BY (.*) LIMIT/, (_, columns: string) => {
    const descending = columns.split(', ').map((column) => `${column} DESC`)
    return `ORDER BY ${descending.join(', ')} LIMIT`
  })
  return { name: `${name}_back`, text: turned }
}
