import type { Condition } from './condition.ts'
import { type DestinationDefinition, readDestination, type VendorTerms } from './destination.ts'
import type { JsonObject } from './json.ts'
import type { RecordId, RecordWrite, StoredRecord } from './record.ts'
import { type RuleDefinition, subscriptionCalls } from './rule.ts'

/**
 * A webhook that a vendor's API registers: a record with which a destination and rules come, change
 * and go, in the transaction of the record. Everything after that is what any delivery is.
 */
export interface Subscription {
  url: string
  /** Whether addresses of the own network may be reached. */
  allowPrivate: boolean
  /** What it is told of; at most `listensMax`. */
  listens: { on: string[]; when?: Condition }[]
  /** The name of the dialect's payload, and what it is given besides. */
  payload: string
  given: JsonObject
  terms: VendorTerms
  /** True makes a stopped one work again, false stops it; left out, it stays as it is. */
  isActive?: boolean
}

export const listensMax = 4

/**
 * What is written into a record's body when its destination was disabled: when, and why. A dialect
 * reads it from there, and takes it out when it makes the subscription active.
 */
export type Stopped = { stopped: { at: number; reason: string } | null }

/** The name of the destination of a record. It has a dot, which no name in a file has. */
export function subscriptionName({ kind, id }: Pick<StoredRecord, 'kind' | 'id'>): string {
  return `${kind}-${id}`
}

/** Whether a destination or a rule is a subscription's own, which no file puts or removes. */
export function isOfSubscription(name: string): boolean {
  return name.includes('.')
}

/** The record that a destination of that name belongs to. */
export function recordOfSubscription(name: string): { kind: string; id: RecordId } {
  const dash = name.lastIndexOf('-')
  return { kind: name.slice(0, dash), id: Number(name.slice(dash + 1)) as RecordId }
}

/** The names its rules may have, whether it has as many or not. */
export function subscriptionRuleNames(name: string): string[] {
  return Array.from({ length: listensMax }, (_, index) => `${name}.${index + 1}`)
}

/** The rules that plan its deliveries. */
export function subscriptionRules(
  name: string,
  { listens, payload, given }: Subscription,
): RuleDefinition[] {
  const settings = { destination: name, payload, json: given }
  return listens.map((each, index) => ({
    name: `${name}.${index + 1}`,
    ...each,
    steps: [{ action: subscriptionCalls.action, with: settings }],
  }))
}

/** The destination that its deliveries go to; the vendor's ways decide what is not Roster's own. */
export function subscriptionDestination(
  name: string,
  { url, allowPrivate, terms }: Subscription,
): DestinationDefinition {
  const type = subscriptionCalls.destinationType
  const entry = { name, type, url, allow_private: allowPrivate }
  return { ...readDestination(entry), terms }
}

/** What becomes of a record's subscription; null takes it away. */
export interface SubscriptionChange {
  name: string
  subscription: Subscription | null
}

/** The subscriptions among what a command wrote; `records` are what its writes came to. */
export function subscriptionChanges(
  writes: readonly RecordWrite[],
  records: readonly (StoredRecord | null)[],
): SubscriptionChange[] {
  return writes.flatMap((write, index): SubscriptionChange[] => {
    if (!('subscription' in write) || write.subscription === undefined) return []
    const { subscription, kind } = write
    const id = records[index]?.id ?? ('at' in write && 'id' in write.at ? write.at.id : null)
    if (id === null) throw new Error(`A ${kind} with a subscription has to be named by its id.`)
    return [{ name: subscriptionName({ kind, id }), subscription }]
  })
}
