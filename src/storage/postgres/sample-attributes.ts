import type { WorkspaceId } from '../../core/profile.ts'
import { profileFromRow, type Row } from '../rows.ts'
import type { Store } from '../store.ts'
import { profileColumns } from './statements.ts'

const selectNames = `
  SELECT name, first_at AS "firstAt" FROM names
  WHERE workspace_id = $1 AND kind = 'attribute' ORDER BY id LIMIT $2`

/** One profile of each of so many equal stretches of ids: each is a look-up by its key. */
const selectSample = `
  WITH s AS (
    SELECT last_profile_id AS last, greatest(last_profile_id / $2::float8, 1) AS step
    FROM counters WHERE workspace_id = $1)
  SELECT p.* FROM s, generate_series(0, ceil(s.last / s.step)::bigint - 1) AS n
  CROSS JOIN LATERAL (
    SELECT ${profileColumns} FROM profiles
    WHERE workspace_id = $1 AND id >= floor(1 + n * s.step)::bigint
      AND id < floor(1 + (n + 1) * s.step)::bigint AND removed_at IS NULL
    ORDER BY id LIMIT 1) AS p`

export async function sampleAttributes(
  ask: (statement: string, values: unknown[]) => Promise<Row[]>,
  workspaceId: WorkspaceId,
  sizes: { names: number; profiles: number },
): Promise<Awaited<ReturnType<Store['sampleAttributes']>>> {
  const [names, profiles] = await Promise.all([
    ask(selectNames, [workspaceId, sizes.names]),
    ask(selectSample, [workspaceId, sizes.profiles]),
  ])
  return {
    names: names as unknown as { name: string; firstAt: number }[],
    profiles: profiles.map(profileFromRow),
  }
}
