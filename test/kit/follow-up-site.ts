import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadGrammar } from '../../src/app.ts'
import { readRulesFile } from '../../src/cli/read-rules-file.ts'
import { sealDestinations } from '../../src/cli/seal-destinations.ts'
import type { DeliveryState } from '../../src/core/delivery.ts'
import type { DestinationEntry } from '../../src/core/destination.ts'
import type { Delivery } from '../../src/core/planned-delivery.ts'
import { createSealer } from '../../src/lib/seal.ts'
import type { FullStore } from '../../src/storage/open-store.ts'
import { Connection } from './http-client.ts'
import type { NewWorkspace } from './new-workspace.ts'

/** The secret key of the programs that tests start, so that they can seal for them. */
export const secretKey = '42'.repeat(32)
export const withKey = { ROSTER_SECRET_KEY: secretKey }

const sealer = createSealer([Buffer.from(secretKey, 'hex')])
const over: readonly DeliveryState[] = ['delivered', 'dead', 'cancelled']

/** What `roster rules apply` does, without a process; answers the secrets that were made. */
export async function applyRules(
  store: FullStore,
  workspace: number,
  yaml: string,
): Promise<{ [destination: string]: string }> {
  const id = workspace as NewWorkspace['workspace']['id']
  const { rules, destinations } = readRulesFile('test.yaml', yaml, await loadGrammar())
  const tools = { sealer, workspace, now: Date.now(), replace: false }
  const existing = await store.listDestinations(id)
  const sealed = sealDestinations(destinations ?? [], existing, tools)
  await store.replaceDestinations(id, sealed.destinations)
  await store.replaceRules(id, rules)
  return Object.fromEntries(sealed.made.map((made) => [made.destination, made.secret]))
}

/** A rules file that tells each destination of each event of type `shop.NAME`, and `shop.all`. */
export function tellAll(
  destinations: readonly (Pick<DestinationEntry, 'name' | 'url'> & Partial<DestinationEntry>)[],
): string {
  const all = destinations.map((each) => ({ type: 'webhook', allow_private: true, ...each }))
  const rules = all.map(({ name }) => ({
    name: `tell-${name}`,
    on: [`shop.${name}`, 'shop.all'],
    steps: [
      { action: 'find-profile', with: { email: '{{ event.email }}' } },
      {
        action: 'webhook',
        with: { destination: name, json: { n: '{{ event.n | json }}', who: '{{ event.email }}' } },
      },
    ],
  }))
  const keep = {
    name: 'keep',
    on: ['user.update'],
    steps: [{ action: 'set-attributes', with: { match: 'email', attributes: 'event' } }],
  }
  // JSON is YAML.
  return JSON.stringify({ destinations: all, rules: [keep, ...rules] })
}

/** Sends events through the front door, over one connection and in order. */
export async function sendEvents(
  url: string,
  { tokens }: NewWorkspace,
  events: readonly { type: string; body: object }[],
): Promise<void> {
  const connection = new Connection(url)
  try {
    for (const { type, body } of events) {
      const [group, kind] = type.split('.')
      const answer = await connection.request({
        method: 'POST',
        path: `/v4/events/${group}/${kind}`,
        headers: {
          authorization: `Bearer ${tokens.copernica?.token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      })
      assert.equal(answer.status, 201, answer.text)
    }
  } finally {
    connection.close()
  }
}

/** Resolves when every delivery is over, or is one of `but`; answers them by their ids. */
export async function settled(
  store: FullStore,
  workspace: NewWorkspace,
  but: (delivery: Delivery) => boolean = () => false,
  patienceMs = 60_000,
): Promise<Delivery[]> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const all = await allDeliveries(store, workspace)
    const left = all.filter((each) => !over.includes(each.state) && !but(each))
    if (left.length === 0) return all
    const shown = left.slice(0, 5).map(({ id, destination, state, reason }) => {
      return `${id} to ${destination} is ${state} (${reason})`
    })
    assert.ok(performance.now() < deadline, `${left.length} are not over: ${shown.join(', ')}`)
    await sleep(25)
  }
}

export async function allDeliveries(store: FullStore, world: NewWorkspace): Promise<Delivery[]> {
  const all: Delivery[] = []
  for (;;) {
    const cursor = all.at(-1)?.id
    const more = await store.listDeliveries(world.workspace.id, {
      oldestFirst: true,
      limit: 1_000,
      ...(cursor !== undefined && { cursor }),
    })
    all.push(...more)
    if (more.length < 1_000) return all
  }
}

/** Waits for a condition, which is asked again and again. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `waited in vain: ${what}`)
    await sleep(10)
  }
}
