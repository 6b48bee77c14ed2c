import { DatabaseSync } from 'node:sqlite'

/**
 * A planted defect: leases are timed and not fenced. Every claim of a delivery has the same number,
 * so that whoever comes back late passes for the one that holds it now. Loaded before the store is.
 */
const { prepare } = DatabaseSync.prototype

DatabaseSync.prototype.prepare = function (this: DatabaseSync, sql: string, ...more) {
  return prepare.call(this, sql.replace('lease = lease + 1', 'lease = 1'), ...more)
}
