import type { DestinationLoad } from '../../core/claim-turns.ts'
import { closedBreaker } from '../../core/delivery-breaker.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { bucketFromRow, destinationFromRow } from '../delivery-rows.ts'
import type { Destination } from '../delivery-store.ts'
import type { Row } from '../rows.ts'

/** A destination for which something is pending or claimed. */
export interface Busy {
  workspaceId: WorkspaceId
  name: string
  /** Null where there is no such destination any more. */
  destination: Destination | null
  load: DestinationLoad
}

export function busyFromRow(row: Row): Busy {
  const destination = row.name === null ? null : destinationFromRow(row)
  return {
    workspaceId: row.workspace_id as WorkspaceId,
    name: row.destination as string,
    destination,
    load: {
      ...loadOf(destination, row),
      claimed: row.claimed as number,
      leaseEndsAt: row.lease_ends_at as number | null,
      dueAt: row.due_at as number | null,
    },
  }
}

export function loadOf(destination: Destination | null, row: Row): DestinationLoad {
  return {
    state: destination?.state ?? 'disabled',
    concurrency: destination?.concurrency ?? 0,
    rate: destination?.rate ?? null,
    bucket: destination && bucketFromRow(row),
    breaker: destination?.breaker ?? closedBreaker,
    claimed: 0,
    leaseEndsAt: null,
    dueAt: null,
  }
}

/** Workspaces and names, as statements take them. */
export function keysOf(all: readonly Busy[]): [number[], string[]] {
  return [all.map(({ workspaceId }) => workspaceId), all.map(({ name }) => name)]
}

export function keyOf(workspaceId: unknown, name: unknown): string {
  return `${workspaceId} ${name}`
}
