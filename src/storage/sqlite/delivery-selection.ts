import type { DeliveryState } from '../../core/delivery.ts'
import type { DeliveryId } from '../../core/planned-delivery.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliverySelection } from '../delivery-store.ts'
import { rowKey } from './statements.ts'

/** A condition on `deliveries` with its values, and the table with the index that serves it. */
export interface Selected {
  from: string
  where: string
  values: (string | number)[]
}

type Test = [text: string, ...values: (string | number)[]]

/**
 * Turns what deliveries are chosen by into SQL. Without statistics the engine cannot know which
 * index leaves the fewest rows, so that is decided here: the event, the person, the state, the
 * reason, the rule, the destination, the time; else rows are read in the order of their ids.
 */
export function selectDeliveries(
  workspaceId: WorkspaceId,
  selection: DeliverySelection,
  page?: {
    cursor?: DeliveryId | undefined
    oldestFirst?: boolean | undefined
    /** Whether the destination has so few that it leads sooner than the rule does. */
    hasFew?: boolean
  },
): Selected {
  const { ids, states, destination, rule, event, subject, reason } = selection
  const { plannedFrom, plannedUntil } = selection
  const { cursor, oldestFirst } = page ?? {}
  // One bound on either side: of two on one side the engine takes the first, and reads from there.
  const above = oldestFirst ? (cursor ?? 0) : 0
  const isBounded = cursor !== undefined && !oldestFirst
  const tests: Test[] = [
    [`key > ${rowKey('?', '?')}`, workspaceId, above],
    isBounded
      ? [`key < ${rowKey('?', '?')}`, workspaceId, cursor]
      : [`key < ${rowKey('?', '0')}`, workspaceId + 1],
  ]
  const add = (text: string, value: string | number | undefined) => {
    if (value !== undefined) tests.push([text, value])
  }
  add('event_id = ?', event)
  add('subject = ?', subject)
  add('destination = ?', destination)
  add('reason = ?', reason)
  add('rule = ?', rule)
  add('planned_at >= ?', plannedFrom)
  add('planned_at < ?', plannedUntil)
  if (ids) tests.push([`key IN (${ids.map(() => rowKey('?', '?')).join(', ')})`, ...keys()])
  if (states) tests.push([stateTest(states)])
  const known = page ? listIndexFor(selection) : indexFor(selection)
  const isOfFew = page?.hasFew === true && known === 'deliveries_by_rule'
  const index = ids ? null : isOfFew ? 'deliveries_by_destination' : known
  if (index) tests.push(['workspace_id = ?', workspaceId])
  return {
    from: index ? `deliveries INDEXED BY ${index}` : 'deliveries NOT INDEXED',
    where: tests.map(([text]) => text).join(' AND '),
    values: tests.flatMap(([, ...values]) => values),
  }

  function keys(): number[] {
    return (ids ?? []).flatMap((id) => [workspaceId, id])
  }
}

/** Lists are in the order of ids, and of what is dead there is an index in that order. */
function listIndexFor(selection: DeliverySelection): string | null {
  const index = indexFor(selection)
  const isOfAll = selection.destination === undefined
  return index === 'deliveries_dead' && isOfAll ? 'deliveries_dead_by_id' : index
}

function indexFor(selection: DeliverySelection): string | null {
  const { event, subject, destination, reason, rule, plannedFrom, plannedUntil } = selection
  if (event !== undefined) return 'deliveries_by_event'
  if (subject !== undefined) return 'deliveries_by_lane'
  const ofStates = indexOf(selection.states ?? [])
  if (ofStates && (destination !== undefined || reason === undefined)) return ofStates
  if (reason !== undefined) return 'deliveries_by_reason'
  if (rule !== undefined) return 'deliveries_by_rule'
  if (destination !== undefined) return 'deliveries_by_destination'
  const isTimed = plannedFrom !== undefined || plannedUntil !== undefined
  return isTimed ? 'deliveries_by_planned' : null
}

/** The index that has deliveries of these states and no others. */
function indexOf(states: readonly DeliveryState[]): string | null {
  if (states.length === 0) return null
  if (states.every((state) => state === 'dead')) return 'deliveries_dead'
  if (states.every((state) => state === 'queued')) return 'deliveries_queued'
  if (states.every((state) => state === 'cancelled')) return 'deliveries_cancelled'
  return states.every((state) => state in awake) ? 'deliveries_by_wake' : null
}

/** Pending and claimed deliveries have a time at which somebody is to look at them. */
const awake: { [S in DeliveryState]?: true } = { pending: true, claimed: true }

/**
 * States stand in the text, because only so an index over some of them can be used; where all are
 * awake, what says so stands beside them.
 */
function stateTest(states: readonly DeliveryState[]): string {
  if (states.length === 0) return 'FALSE'
  if (states.length === 1 && !((states[0] as string) in awake)) return `state = '${states[0]}'`
  const list = `state IN (${states.map((state) => `'${state}'`).join(', ')})`
  return states.every((state) => state in awake) ? `${list} AND wake_at IS NOT NULL` : list
}
