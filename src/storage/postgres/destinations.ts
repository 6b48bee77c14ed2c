import type { Actor } from '../../core/audit.ts'
import { afterResume } from '../../core/delivery-breaker.ts'
import type { DestinationDefinition } from '../../core/destination.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, sameJson } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Notice } from '../../core/notice.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { changedDestinations, putDetails, replacedSecrets } from '../audit-details.ts'
import { destinationColumns, destinationFromRow, noticeFromRow } from '../delivery-rows.ts'
import type { Destination, NewDestination, SealedSecrets } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import type { Admin } from './admin.ts'
import { unknownWorkspace } from './config-cache.ts'
import type { Statement, Transaction } from './transaction.ts'

type Ask = (statement: Statement | string, values?: unknown[]) => Promise<Row[]>

const selectDestinations = `
  SELECT ${destinationColumns} FROM destinations WHERE workspace_id = $1 ORDER BY name`

const selectDestination = `
  SELECT ${destinationColumns} FROM destinations WHERE workspace_id = $1 AND name = $2`

const lockDestinations = `${selectDestinations} FOR UPDATE`

/** Leaves state, breaker and rate of one that is there. */
const put = `
  INSERT INTO destinations (workspace_id, name, version, definition, state, signing_secret,
    previous_secret, previous_until, auth_secret, created_at, updated_at)
  VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $8, $9, $9)
  ON CONFLICT (workspace_id, name) DO UPDATE SET version = excluded.version,
    definition = excluded.definition, signing_secret = excluded.signing_secret,
    previous_secret = excluded.previous_secret, previous_until = excluded.previous_until,
    auth_secret = excluded.auth_secret, updated_at = excluded.updated_at
  RETURNING ${destinationColumns}`

const removeNamed = 'DELETE FROM destinations WHERE workspace_id = $1 AND name = ANY ($2::text[])'

const forgetNotices = `
  DELETE FROM destination_notices WHERE workspace_id = $1 AND destination = ANY ($2::text[])`

const updateState = `
  UPDATE destinations SET state = $3, state_reason = NULL
  WHERE workspace_id = $1 AND name = $2`

const setBreaker = `
  UPDATE destinations SET breaker_failures = $3, breaker_open_until = $4, breaker_opened = $5,
    breaker_probe_at = $6, failed_in_row = 0
  WHERE workspace_id = $1 AND name = $2`

const selectNotices = `
  SELECT workspace_id, destination, kind, reason, at, delivery, death FROM destination_notices
  ORDER BY at, workspace_id, destination LIMIT $1`

const deleteNotice = `
  DELETE FROM destination_notices
  WHERE workspace_id = $1 AND destination = $2 AND at = $3 AND kind = $4 AND delivery = $5`

interface DestinationsOptions {
  admin: Admin
  ask: Ask
  clock(): number
  /** Ends what is unfinished for a destination that is gone. */
  endAll(workspaceId: WorkspaceId, name: string): Promise<void>
}

/**
 * Destinations. Creating and removing them raises the workspace's `config_version`, so that every
 * group plans by the names there are when it commits.
 */
export class Destinations {
  readonly #options: DestinationsOptions

  constructor(options: DestinationsOptions) {
    this.#options = options
  }

  async replaceAll(
    id: WorkspaceId,
    all: readonly NewDestination[],
    by?: Actor,
  ): Promise<Destination[]> {
    const { admin, clock } = this.#options
    const now = clock()
    const { left, kept } = await admin.write(id, by, async (transaction) => {
      const there = await lockAll(transaction, id)
      const before = [...there.values()].map(destinationFromRow)
      const names = new Set(all.map(({ definition }) => definition.name))
      const left = [...there.keys()].filter((name) => !names.has(name) && !isOfSubscription(name))
      await remove(transaction, id, left)
      for (const name of left) there.delete(name)
      for (const one of sorted(all)) await putOne(transaction, id, there, one, now)
      const after = all.map(({ definition }) => definition)
      const details = changedDestinations(before, after)
      await transaction.tell(id, 'destinations.replaced', 'destinations', details)
      return { left, kept: await transaction.query<Row>(selectDestinations, [id]) }
    })
    for (const name of left) await this.#options.endAll(id, name)
    return kept.rows.map(destinationFromRow)
  }

  put(id: WorkspaceId, destination: NewDestination, by?: Actor): Promise<Destination> {
    const { admin, clock } = this.#options
    return admin.write(id, by, async (transaction) => {
      const there = await lockAll(transaction, id)
      const { name } = destination.definition
      const row = there.get(name)
      const before = row ? destinationFromRow(row) : null
      const action = before ? 'destination.updated' : 'destination.created'
      const after = await putOne(transaction, id, there, destination, clock())
      await transaction.tell(id, action, name, putDetails(before, destination))
      return after
    })
  }

  async remove(id: WorkspaceId, name: string, by?: Actor): Promise<boolean> {
    const removed = await this.#options.admin.write(id, by, async (transaction) => {
      const isGone = await remove(transaction, id, [name])
      if (isGone) await transaction.tell(id, 'destination.removed', name, {})
      return isGone
    })
    await this.#options.endAll(id, name)
    return removed
  }

  async list(id: WorkspaceId): Promise<Destination[]> {
    return (await this.#options.ask(selectDestinations, [id])).map(destinationFromRow)
  }

  async find(id: WorkspaceId, name: string): Promise<Destination | null> {
    const [row] = await this.#options.ask(selectDestination, [id, name])
    return row ? destinationFromRow(row) : null
  }

  setState(
    id: WorkspaceId,
    name: string,
    state: 'active' | 'paused',
    by?: Actor,
  ): Promise<boolean> {
    const { admin, clock } = this.#options
    return admin.write(id, by, async (transaction) => {
      if (!(await writeState(transaction, id, name, state, clock()))) return false
      const action = state === 'active' ? 'destination.resumed' : 'destination.paused'
      await transaction.tell(id, action, name, {})
      return true
    })
  }

  replaceSecrets(
    id: WorkspaceId,
    name: string,
    secrets: Partial<SealedSecrets>,
    by?: Actor,
  ): Promise<boolean> {
    const { signing, previous, auth } = secrets
    const values: unknown[] = [id, name]
    const changes: string[] = []
    const set = (column: string, value: unknown) =>
      changes.push(`${column} = $${values.push(value)}`)
    if (signing !== undefined) set('signing_secret', signing)
    if (auth !== undefined) set('auth_secret', auth)
    if (previous !== undefined) {
      set('previous_secret', previous?.sealed ?? null)
      set('previous_until', previous?.until ?? null)
    }
    const change = changes.length === 0 ? 'name = name' : changes.join(', ')
    return this.#options.admin.write(id, by, async ({ query, tell }) => {
      const [row] = (await query<Row>(`${selectDestination} FOR UPDATE`, [id, name])).rows
      if (!row) return false
      await query(`UPDATE destinations SET ${change} WHERE workspace_id = $1 AND name = $2`, values)
      const kinds = replacedSecrets(destinationFromRow(row).secrets, secrets)
      await tell(id, 'destination.secrets_replaced', name, { secrets: kinds })
      return true
    })
  }

  async notices(limit: number): Promise<Notice[]> {
    return (await this.#options.ask(selectNotices, [limit])).map(noticeFromRow)
  }

  async markTold({ workspaceId, destination, at, kind, delivery }: Notice): Promise<void> {
    await this.#options.ask(deleteNotice, [workspaceId, destination, at, kind, delivery])
  }
}

/** Answers whether there is such a destination. One that is active again begins anew. */
export async function writeState(
  { query }: Transaction,
  id: WorkspaceId,
  name: string,
  state: 'active' | 'paused',
  now: number,
): Promise<boolean> {
  const { rows } = await query<Row>(`${selectDestination} FOR NO KEY UPDATE`, [id, name])
  if (!rows[0]) return false
  const { breaker, state: before } = destinationFromRow(rows[0])
  await query(updateState, [id, name, state])
  if (state === 'paused') return true
  const { failures, openUntil, opened, probeAt } = afterResume(breaker, before === 'disabled', now)
  await query(setBreaker, [id, name, failures, openUntil, opened, probeAt])
  return true
}

export async function lockAll({ query }: Transaction, id: WorkspaceId): Promise<Map<string, Row>> {
  const workspace = await query('SELECT 1 FROM workspaces WHERE id = $1', [id])
  if (workspace.rowCount === 0) throw unknownWorkspace()
  const { rows } = await query<Row>(lockDestinations, [id])
  return new Map(rows.map((row) => [row.name as string, row]))
}

export async function putOne(
  { query }: Transaction,
  id: WorkspaceId,
  there: Map<string, Row>,
  { definition, secrets }: NewDestination,
  now: number,
): Promise<Destination> {
  const { name } = definition
  const old = there.get(name)
  const most = limits.destinationsPerWorkspaceMax
  const ofFiles = [...there.keys()].filter((each) => !isOfSubscription(each))
  if (!old && !isOfSubscription(name) && ofFiles.length >= most) {
    const message = `A workspace has at most ${most} destinations; remove one first.`
    throw new Fault('conflict', { message })
  }
  const before = old ? (old.version as number) : 0
  const version = old && isSame(old.definition as string, definition) ? before : before + 1
  const { signing, previous, auth } = secrets
  const sealed = [signing, previous?.sealed ?? null, previous?.until ?? null, auth]
  const values = [id, name, version, JSON.stringify(definition), ...sealed, now]
  const row = (await query<Row>(put, values)).rows[0] as Row
  there.set(name, row)
  return destinationFromRow(row)
}

export async function remove(
  { query }: Transaction,
  id: WorkspaceId,
  names: string[],
): Promise<boolean> {
  if (names.length === 0) return false
  const { rowCount } = await query(removeNamed, [id, names])
  await query(forgetNotices, [id, names])
  return (rowCount ?? 0) > 0
}

function isSame(stored: string, definition: DestinationDefinition): boolean {
  const plain = { ...definition } as unknown as JsonObject
  return sameJson(JSON.parse(stored) as JsonObject, plain)
}

/** By their names, which is the order in which everybody locks them. */
function sorted(all: readonly NewDestination[]): NewDestination[] {
  const name = (one: NewDestination) => one.definition.name
  return all.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))
}
