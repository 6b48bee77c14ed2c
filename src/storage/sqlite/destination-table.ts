import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { afterResume, type Breaker } from '../../core/delivery-breaker.ts'
import type { RateBucket } from '../../core/delivery-rate.ts'
import { type DestinationDefinition, definitionOf } from '../../core/destination.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, sameJson } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Notice } from '../../core/notice.ts'
import type { DeliveryId } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { isOfSubscription } from '../../core/subscription.ts'
import { destinationFromRow } from '../delivery-rows.ts'
import type { Destination, NewDestination, SealedSecrets } from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import * as sql from './delivery-statements.ts'
import { type DeliveryTable, standingFromRow } from './delivery-table.ts'

/** A destination as claims and results work with it. */
export interface DestinationStanding {
  destination: Destination
  bucket: RateBucket | null
}

/** Destinations and what is to be told of them, changed inside the transaction that is open. */
export class DestinationTable {
  readonly #db: DatabaseSync
  readonly #deliveries: DeliveryTable
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #state: StatementSync
  readonly #load: StatementSync
  readonly #failed: StatementSync
  readonly #notice: StatementSync

  constructor(db: DatabaseSync, deliveries: DeliveryTable) {
    this.#db = db
    this.#deliveries = deliveries
    this.#select = db.prepare(sql.selectDestination)
    this.#put = db.prepare(sql.putDestination)
    this.#state = db.prepare(sql.updateDestinationState)
    this.#load = db.prepare(sql.updateDestinationLoad)
    this.#failed = db.prepare(sql.updateFailedInRow)
    this.#notice = db.prepare(sql.insertNotice)
  }

  find(workspaceId: WorkspaceId, name: string): DestinationStanding | null {
    const row = this.#select.get(workspaceId, name)
    return row ? standing(row) : null
  }

  list(workspaceId: WorkspaceId): Destination[] {
    return this.#db.prepare(sql.selectDestinations).all(workspaceId).map(destinationFromRow)
  }

  replaceAll(workspaceId: WorkspaceId, all: readonly NewDestination[], now: number): Destination[] {
    const names = new Set(all.map(({ definition }) => definition.name))
    for (const { name } of this.#ofFiles(workspaceId)) {
      if (!names.has(name)) this.remove(workspaceId, name, now)
    }
    for (const one of all) this.put(workspaceId, one, now)
    return this.list(workspaceId)
  }

  put(workspaceId: WorkspaceId, { definition, secrets }: NewDestination, now: number): Destination {
    const { name } = definition
    const old = this.find(workspaceId, name)?.destination
    const most = limits.destinationsPerWorkspaceMax
    if (!old && !isOfSubscription(name) && this.#ofFiles(workspaceId).length >= most) {
      const message = `A workspace has at most ${most} destinations; remove one first.`
      throw new Fault('conflict', { message })
    }
    const version = old ? old.version + (sameDefinition(old, definition) ? 0 : 1) : 1
    this.#write(workspaceId, version, { definition, secrets }, now)
    return this.#known(workspaceId, name).destination
  }

  /** What is not over for it is dead, whatever its lane. */
  remove(workspaceId: WorkspaceId, name: string, now: number): boolean {
    const { changes } = this.#db.prepare(sql.deleteDestination).run(workspaceId, name)
    if (changes === 0) return false
    const reason = 'destination_removed'
    this.#db.prepare(sql.updateQueuedEnded).run(workspaceId, name, reason, now)
    for (const row of this.#db.prepare(sql.selectClaimedOf).all(workspaceId, name)) {
      this.#deliveries.end(standingFromRow(row), { state: 'dead', reason, detail: null }, now)
    }
    this.#db.prepare(sql.updateAwakeEnded).run(workspaceId, name, reason, now)
    return true
  }

  setState(
    workspaceId: WorkspaceId,
    name: string,
    state: 'active' | 'paused',
    now: number,
  ): boolean {
    const found = this.find(workspaceId, name)
    if (!found) return false
    this.#state.run(workspaceId, name, state, null)
    if (state === 'paused') return true
    const { breaker, state: before } = found.destination
    const resumed = afterResume(breaker, before === 'disabled', now)
    this.saveLoad(workspaceId, name, resumed, found.bucket)
    this.saveFailedInRow(workspaceId, name, 0)
    return true
  }

  replaceSecrets(workspaceId: WorkspaceId, name: string, secrets: Partial<SealedSecrets>): boolean {
    const found = this.find(workspaceId, name)
    if (!found) return false
    const { version, updatedAt } = found.destination
    const all = { ...found.destination.secrets, ...secrets }
    const definition = definitionOf(found.destination)
    this.#write(workspaceId, version, { definition, secrets: all }, updatedAt)
    return true
  }

  /** For good, until an operator makes it active again. */
  disable(
    workspaceId: WorkspaceId,
    name: string,
    reason: string,
    by: { id: DeliveryId; now: number },
  ): void {
    this.#state.run(workspaceId, name, 'disabled', reason)
    this.tell({
      ...{ workspaceId, destination: name, kind: 'disabled' },
      reason,
      at: by.now,
      delivery: by.id,
      death: null,
    })
  }

  saveLoad(
    workspaceId: WorkspaceId,
    name: string,
    { failures, openUntil, opened, probeAt }: Breaker,
    bucket: RateBucket | null,
  ): void {
    const rate = [bucket?.calls ?? null, bucket?.at ?? null]
    this.#load.run(workspaceId, name, failures, openUntil, opened, probeAt, ...rate)
  }

  saveFailedInRow(workspaceId: WorkspaceId, name: string, failed: number): void {
    this.#failed.run(workspaceId, name, failed)
  }

  tell({ workspaceId, destination, kind, reason, at, delivery, death }: Notice): void {
    const text = death && JSON.stringify(death)
    this.#notice.run(workspaceId, destination, kind, reason, at, delivery, text)
  }

  markTold({ workspaceId, destination, kind, at, delivery }: Notice): void {
    this.#db.prepare(sql.deleteNotice).run(workspaceId, destination, kind, at, delivery)
  }

  #ofFiles(workspaceId: WorkspaceId): Destination[] {
    return this.list(workspaceId).filter(({ name }) => !isOfSubscription(name))
  }

  #write(
    workspaceId: WorkspaceId,
    version: number,
    { definition, secrets }: NewDestination,
    now: number,
  ): void {
    const { signing, previous, auth } = secrets
    const text = JSON.stringify(definition)
    const sealed = [signing, previous?.sealed ?? null, previous?.until ?? null, auth]
    this.#put.run(workspaceId, definition.name, version, text, ...sealed, now)
  }

  #known(workspaceId: WorkspaceId, name: string): DestinationStanding {
    const found = this.find(workspaceId, name)
    if (!found) throw new Error(`The destination ${name} was not there to be read back.`)
    return found
  }
}

function standing(row: Row): DestinationStanding {
  const destination = destinationFromRow(row)
  return { destination, bucket: destination.bucket }
}

function sameDefinition(old: Destination, definition: DestinationDefinition): boolean {
  const plain = (value: DestinationDefinition) => ({ ...value }) as unknown as JsonObject
  return sameJson(plain(definitionOf(old)), plain(definition))
}
