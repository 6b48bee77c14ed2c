import type { Row } from '../rows.ts'
import type { StoreStatistics } from '../store.ts'

const selectStatistics = `
  SELECT
    (SELECT max(version) FROM schema_migrations) AS schema_version,
    (SELECT count(*) FROM workspaces) AS workspaces,
    (SELECT count(*) FROM profiles WHERE removed_at IS NULL) AS profiles,
    -- Ids have no gaps, so the last ones say how many there are.
    (SELECT coalesce(sum(last_event_id), 0)::bigint FROM counters) AS events,
    (SELECT coalesce(sum(count), 0)::bigint FROM ingest_warnings) AS warnings,
    pg_database_size(current_database()) AS bytes`

export async function statistics(
  ask: (statement: string) => Promise<Row[]>,
): Promise<StoreStatistics> {
  const [row = {}] = await ask(selectStatistics)
  return {
    engine: 'postgres',
    schemaVersion: row.schema_version as number,
    workspaces: row.workspaces as number,
    profiles: row.profiles as number,
    events: row.events as number,
    warnings: row.warnings as number,
    bytesOnDisk: row.bytes as number,
  }
}
