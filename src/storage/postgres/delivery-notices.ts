import type { Death, Notice } from '../../core/notice.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Claim } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { columnsOf } from './columns.ts'
import { insertNotices } from './delivery-statements.ts'
import type { Transaction } from './transaction.ts'

/** Of what was finished, what is to be told of those that are dead by it. */
export async function keepDeaths(
  transaction: Transaction,
  ended: readonly (Claim & { death?: Death })[],
  finished: readonly Row[],
  at: number,
): Promise<void> {
  const deaths = new Map(ended.map(({ workspaceId, id, death }) => [`${workspaceId} ${id}`, death]))
  const notices = finished.flatMap((row): Notice[] => {
    const death = row.state === 'dead' && deaths.get(`${row.workspace_id} ${row.id}`)
    if (!death) return []
    const workspaceId = row.workspace_id as WorkspaceId
    const [destination, reason] = [row.destination as string, row.reason as string | null]
    const delivery = row.id as Notice['delivery']
    return [{ workspaceId, destination, kind: 'dead', reason, at, delivery, death }]
  })
  await keepNotices(transaction, notices)
}

/** Kept with what they tell of, or neither is. */
export async function keepNotices(
  transaction: Transaction,
  notices: readonly Notice[],
): Promise<void> {
  if (notices.length === 0) return
  const columns = columnsOf(7, notices, (notice) => {
    const { workspaceId, destination, at, kind, reason, delivery, death } = notice
    return [workspaceId, destination, at, kind, reason, delivery, death && JSON.stringify(death)]
  })
  await transaction.query(insertNotices, columns)
}
