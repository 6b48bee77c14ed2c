import { type Decided, type LastIds, lastIdsAfter, livingChange } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { unknownWorkspace, type WorkspaceConfig } from './config-cache.ts'
import * as sql from './statements.ts'
import type { Transaction } from './transaction.ts'

/** Thrown when rules or settings turned out to be older than the database's. */
export class ConfigIsOld {}

export interface TakenIds {
  /** The last that were given out before. */
  last: LastIds
  lastName: number
  lastRecord: number
}

/** The last lock, held until the commit: ids are gapless and in the order of commits by it. */
export async function takeIds(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
  config: WorkspaceConfig,
): Promise<TakenIds> {
  const none = { event: 0, profile: 0, delivery: 0 }
  const { event, profile, delivery } = decisions.reduce(lastIdsAfter, none)
  const changes = decisions.flatMap((decided) => decided.profiles.map(livingChange))
  const living = changes.reduce((all, change) => all + change, 0)
  const asked = [workspaceId, event, profile, delivery, living]
  const taken = await transaction.query<Row>(sql.takeIds, asked)
  return takenIds(taken.rows[0], config)
}

/** The same without taking any, for a group that changes nothing. */
export async function readIds(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  config: WorkspaceConfig,
): Promise<TakenIds> {
  const { rows } = await transaction.query<Row>(sql.selectLastIds, [workspaceId])
  return takenIds(rows[0], config)
}

function takenIds(row: Row | undefined, { version }: WorkspaceConfig): TakenIds {
  if (!row) throw unknownWorkspace()
  if (row.config_version !== version) throw new ConfigIsOld()
  return {
    last: {
      event: row.last_event as number,
      profile: row.last_profile as number,
      delivery: row.last_delivery as number,
    },
    lastName: row.last_name as number,
    lastRecord: row.last_record as number,
  }
}
