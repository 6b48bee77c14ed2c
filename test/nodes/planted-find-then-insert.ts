import { loadOwners, lockIdentifiers } from '../../src/storage/postgres/statements.ts'

/**
 * A planted defect: an identifier is looked for without a lock on it, and inserted where none was
 * found, as is done where people forget that others look for it at the same moment.
 */
lockIdentifiers.text = 'SELECT $1::bigint, $2::text[], $3::text[]'
loadOwners.text = loadOwners.text
  .replace('CROSS JOIN LATERAL', 'LEFT JOIN LATERAL')
  .replace(') AS held', ') AS held ON true')
