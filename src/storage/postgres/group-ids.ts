import { type Decided, livingChange } from '../../core/decision.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { unknownWorkspace, type WorkspaceConfig } from './config-cache.ts'
import { newProfiles } from './group-verdicts.ts'
import * as sql from './statements.ts'
import type { Transaction } from './transaction.ts'

/** Thrown when rules or settings turned out to be older than the database's. */
export class ConfigIsOld {}

export interface LastIds {
  lastEvent: number
  lastProfile: number
  lastName: number
  lastRecord: number
}

/** The last lock, held until the commit: ids are gapless and in the order of commits by it. */
export async function takeIds(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
  config: WorkspaceConfig,
): Promise<LastIds> {
  const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0)
  const events = sum(decisions.map((decided) => decided.events.length))
  const profiles = sum(decisions.map(newProfiles))
  const living = sum(decisions.flatMap((decided) => decided.profiles.map(livingChange)))
  const asked = [workspaceId, events, profiles, living]
  const taken = await transaction.query<Row>(sql.takeIds, asked)
  return lastIds(taken.rows[0], config)
}

/** The same without taking any, for a group that changes nothing. */
export async function readIds(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  config: WorkspaceConfig,
): Promise<LastIds> {
  const { rows } = await transaction.query<Row>(sql.selectLastIds, [workspaceId])
  return lastIds(rows[0], config)
}

function lastIds(row: Row | undefined, { version }: WorkspaceConfig): LastIds {
  if (!row) throw unknownWorkspace()
  if (row.config_version !== version) throw new ConfigIsOld()
  return {
    lastEvent: row.last_event as number,
    lastProfile: row.last_profile as number,
    lastName: row.last_name as number,
    lastRecord: row.last_record as number,
  }
}
