import { hash } from 'node:crypto'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { RecordWrite } from '../../core/record.ts'
import type { Store } from '../../storage/store.ts'
import { ticketSeconds } from '../tickets.ts'
import { native } from './dialect.ts'

/**
 * Tickets are good by themselves until their day is over. Those of whoever signed out are kept as
 * long as that, as hashes, so that a copy of the cookie is worth nothing either.
 */
const kind = 'native.ended-session'
/** How many that ran out are thrown away with each that ends. */
const sweptMax = 100

export async function endSession(
  store: Store,
  workspaceId: WorkspaceId,
  { ticket, request, now }: { ticket: string; request: string; now: number },
): Promise<void> {
  const page = { limit: sweptMax }
  const { records } = await store.listRecords(workspaceId, { kind, page })
  const writes: RecordWrite[] = records
    .filter(({ createdAt }) => createdAt + ticketSeconds * 1_000 < now)
    .map(({ id }) => ({ op: 'delete', kind, at: { id }, missing: 'pass' }))
  writes.push({ op: 'put', kind, name: nameOf(ticket), body: {} })
  const source = { dialect: native.id, token: null, request }
  await store.apply(workspaceId, { kind: 'write-records', records: writes, source })
}

/** @throws Fault `invalid_credentials` for the ticket of a session that was ended. */
export async function assertNotEnded(
  store: Store,
  workspaceId: WorkspaceId,
  ticket: string,
): Promise<void> {
  const ended = await store.findRecord(workspaceId, kind, { name: nameOf(ticket) })
  if (ended) throw new Fault('invalid_credentials')
}

function nameOf(ticket: string): string {
  return hash('sha256', ticket, 'hex')
}
