import { type Decided, provisionalIds } from '../../core/decision.ts'
import type { Delivery } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { deliveryValues } from '../delivery-rows.ts'
import type { Row } from '../rows.ts'
import { binaryArray, type ElementType } from './binary-array.ts'
import { takePlaces } from './lane-statements.ts'
import type { Statement, Transaction } from './transaction.ts'

const insertedColumns = `
  id, event_id, rule, version, step, action, destination, subject, state, attempt_count, wake_at,
  reason, detail, planned_at, ended_at, seen, request, place`

export const insertDeliveries: Statement = {
  name: 'insert_deliveries',
  text: `
    INSERT INTO deliveries (workspace_id, ${insertedColumns})
    SELECT $1::bigint, ${insertedColumns}
    FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[],
      $8::text[], $9::bigint[], $10::text[], $11::integer[], $12::bigint[], $13::text[],
      $14::text[], $15::bigint[], $16::bigint[], $17::text[], $18::text[], $19::bigint[])
      AS new (${insertedColumns})`,
}

const types: ElementType[] = [
  ...(['int8', 'int8', 'text', 'int8', 'text', 'text', 'text', 'int8', 'text'] as const),
  ...(['int4', 'int8', 'text', 'text', 'int8', 'int8', 'text', 'text', 'int8'] as const),
]

interface Lane {
  destination: string
  /** Provisional for a person whom the group creates, and so nobody else's lane yet. */
  subject: number
  deliveries: Delivery[]
}

/** What a group planned, with the places it has in its lanes. */
export interface Planned {
  deliveries: Delivery[]
  places: ReadonlyMap<Delivery, number>
  /** Of people the group creates. */
  newLanes: Lane[]
}

/**
 * Puts what decisions planned in its lanes: behind others it is queued. What is planned for a
 * destination that does not exist is dead at once. To be called before ids are taken, since lanes
 * are locked before the counters; those of new people are nobody's to wait for.
 */
export async function planDeliveries(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  decisions: readonly Decided[],
  destinations: ReadonlySet<string>,
): Promise<Planned | null> {
  const deliveries = decisions.flatMap((decided) => decided.deliveries)
  if (deliveries.length === 0) return null
  for (const delivery of deliveries) {
    if (!destinations.has(delivery.destination)) endUnknown(delivery)
  }
  const lanes = lanesOf(deliveries.filter(({ endedAt }) => endedAt === null))
  const known = lanes.filter(({ subject }) => subject < provisionalIds)
  const last = new Map<string, number>()
  if (known.length > 0) {
    const { rows } = await transaction.query<Row>(takePlaces, [workspaceId, ...laneColumns(known)])
    for (const row of rows) {
      last.set(laneKey(row.destination as string, row.subject as number), row.last_place as number)
    }
  }
  const places = new Map<Delivery, number>()
  for (const lane of lanes) {
    const count = lane.deliveries.length
    const before = (last.get(laneKey(lane.destination, lane.subject)) ?? count) - count
    for (const [index, delivery] of lane.deliveries.entries()) {
      places.set(delivery, before + index + 1)
      if (before + index === 0) continue
      delivery.state = 'queued'
      delivery.dueAt = null
    }
  }
  return { deliveries, places, newLanes: lanes.filter((lane) => !known.includes(lane)) }
}

/** Writes them, once their ids are the store's own. */
export function writeDeliveries(
  transaction: Transaction,
  workspaceId: WorkspaceId,
  { deliveries, places, newLanes }: Planned,
): void {
  if (newLanes.length > 0) {
    const lanes = newLanes.map((lane) => ({
      ...lane,
      subject: lane.deliveries[0]?.subject ?? lane.subject,
    }))
    transaction.send(takePlaces, [workspaceId, ...laneColumns(lanes)])
  }
  const rows = deliveries.map((delivery) => [
    ...deliveryValues(delivery),
    places.get(delivery) ?? 0,
  ])
  const columns = types.map((type, index) => {
    const values = rows.map((row) => row[index] ?? null)
    return binaryArray(type, values)
  })
  transaction.send(insertDeliveries, [workspaceId, ...columns])
}

function endUnknown(delivery: Delivery): void {
  delivery.state = 'dead'
  delivery.reason = 'no_destination'
  delivery.endedAt = delivery.plannedAt
  delivery.dueAt = null
}

function lanesOf(deliveries: readonly Delivery[]): Lane[] {
  const lanes = new Map<string, Lane>()
  for (const delivery of deliveries) {
    const { destination, subject } = delivery
    if (subject === null) continue
    const key = laneKey(destination, subject)
    const lane = lanes.get(key)
    if (lane) lane.deliveries.push(delivery)
    else lanes.set(key, { destination, subject, deliveries: [delivery] })
  }
  return [...lanes.values()]
}

function laneKey(destination: string, subject: number): string {
  return `${subject} ${destination}`
}

function laneColumns(lanes: readonly Lane[]): unknown[] {
  return [
    lanes.map(({ destination }) => destination),
    lanes.map(({ subject }) => subject),
    lanes.map(({ deliveries }) => deliveries.length),
  ]
}
