import test from 'node:test'
import type { RecordEvent } from '../../src/core/command.ts'
import { judgeAnswer } from '../../src/core/delivery.ts'
import { readDestination } from '../../src/core/destination.ts'
import type { JsonObject } from '../../src/core/json.ts'
import type { AttemptOutcomeRecord, ClaimedDelivery } from '../../src/core/planned-delivery.ts'
import type { WorkspaceId } from '../../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../../src/core/rule.ts'
import type { DeliveryStore, NewDestination } from '../../src/storage/delivery-store.ts'
import type { Store } from '../../src/storage/store.ts'
import { upsert } from '../store-contract.ts'

export type Deliveries = Store & DeliveryStore

/** Gives an empty store on the engine under test, whose time is the clock's. */
export type OpenDeliveries = (clock: () => number) => Promise<Deliveries & AsyncDisposable>

/** Long enough that no test outlives it by accident. */
export const leaseMs = 30_000
export const places = ['a', 'b', 'c', 'nobody'] as const
export type Place = (typeof places)[number]

/** An event `to.a` plans one delivery to `a`; there is never a destination `nobody`. */
export const rules: readonly RuleDefinition[] = places.map((place) => ({
  name: `to-${place}`,
  on: [`to.${place}`],
  steps: [{ action: 'send', with: { destination: place } }],
}))

export function destination(
  name: string,
  rest: Partial<NewDestination['definition']> = {},
): NewDestination {
  const definition = readDestination({
    ...{ name, type: 'toy', url: `https://${name}.example` },
    // Without jitter and growth, so that the next time can be told.
    retry: { first: 'PT10S', factor: 1, max: 'PT10S', attempts: 3, jitter: 0 },
  })
  const secrets = { signing: null, previous: null, auth: null }
  return { definition: { ...definition, ...rest }, secrets }
}

/** The clock of a test; it stands until it is moved. */
export interface Time {
  now: number
}

/** Declares tests, each with a store, a workspace with people and rules, and a clock of its own. */
export function deliveriesContractOf(engine: string, open: OpenDeliveries) {
  return (
    name: string,
    run: (store: Deliveries, id: WorkspaceId, time: Time) => Promise<void>,
  ): void => {
    test(`${engine}: ${name}`, async () => {
      const time: Time = { now: Date.now() }
      await using store = await open(() => time.now)
      await run(store, await prepare(store, 'w'), time)
    })
  }
}

/** A workspace with two people, three destinations and rules that send to them. */
export async function prepare(
  store: Deliveries,
  name: string,
  rest: Parameters<typeof destination>[1] = {},
): Promise<WorkspaceId> {
  const { id } = await store.createWorkspace(name, [...starterRules, ...rules])
  for (const user of ['ann', 'bob']) await store.apply(id, upsert(user, { n: 1 }))
  for (const to of ['a', 'b', 'c']) await store.putDestination(id, destination(to, rest))
  return id
}

/** Plans by the front door: an event that a rule reacts to. */
export async function plan(
  store: Deliveries,
  id: WorkspaceId,
  place: Place,
  { person = null, attributes = {} }: { person?: string | null; attributes?: JsonObject } = {},
): Promise<void> {
  const identifier = { kind: 'user_id', value: person ?? '' }
  const command: RecordEvent = {
    kind: 'record-event',
    type: `to.${place}`,
    attributes,
    identifiers: person === null ? [] : [identifier],
    source: { dialect: 'test', token: null, request: null },
    ...(person === null ? {} : { subject: [{ identifier }] }),
  }
  await store.apply(id, command)
}

export async function claim(store: Deliveries, limit = 100, perDestinationMax?: number) {
  const most = perDestinationMax === undefined ? {} : { perDestinationMax }
  return (await store.claimDeliveries({ worker: 'w1', limit, leaseMs, ...most })).deliveries
}

export const sent = { url: 'https://a.example', method: 'POST', headers: {}, body: '{}' }

export function answer(status: number): AttemptOutcomeRecord {
  const body = { headers: { 'x-a': '1' }, body: 'hello', isCut: false }
  return { kind: 'answer', status, ...body, tookMs: 5, address: '192.0.2.1' }
}

export function begin(store: Deliveries, claimed: readonly ClaimedDelivery[], body = '{}') {
  return store.beginAttempts(
    claimed.map(({ workspaceId, id, lease, request }) => ({
      ...{ workspaceId, id, lease, worker: 'w1', sent },
      ...(request ? {} : { request: { method: 'POST' as const, headers: {}, body } }),
    })),
  )
}

/** A receiver's answer to each, as a worker tells it. */
export function record(
  store: Deliveries,
  claimed: readonly ClaimedDelivery[],
  { status = 200, now = 0 }: { status?: number; now?: number } = {},
) {
  const outcome = answer(status)
  const judgement = judgeAnswer({ status }, now)
  return store.recordAttempts(
    claimed.map(({ workspaceId, id, lease }) => ({
      ...{ workspaceId, id, lease, outcome, judgement, random: 0 },
    })),
  )
}

/** Claims once, and gets every claimed one answered. */
export async function work(store: Deliveries, status = 200, limit = 100) {
  const claimed = await claim(store, limit)
  await begin(store, claimed)
  await record(store, claimed, { status })
  return claimed
}

export async function states(store: Deliveries, id: WorkspaceId): Promise<string[]> {
  const all = await store.listDeliveries(id, { limit: 1_000, oldestFirst: true })
  return all.map(({ state }) => state)
}
