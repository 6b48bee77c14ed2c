import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { defineExternalAction } from '../src/core/action.ts'
import type { ClaimedDelivery } from '../src/core/planned-delivery.ts'
import { createTemplates } from '../src/core/template.ts'
import { Deaths } from '../src/follow-up/deaths.ts'
import { type DeliveryTools, deliver } from '../src/follow-up/deliver.ts'
import { createDeliveryStats } from '../src/follow-up/delivery-stats.ts'
import type { Held } from '../src/follow-up/held-claims.ts'
import { createSealer } from '../src/lib/seal.ts'
import { createOutboundClient } from '../src/outbound/http-client.ts'
import type { Destination, FailedDelivery } from '../src/storage/delivery-store.ts'

test('what an action cannot render for a bug ends as dead, not tried for ever', async () => {
  const broken = defineExternalAction({
    type: 'broken',
    settings: {},
    destinationType: 'toy',
    render: () => {
      throw new Error('a bug')
    },
  })
  const failed: FailedDelivery[] = []
  const never = () => Promise.reject(new Error('must not be sent'))
  const client = createOutboundClient()
  const tools: DeliveryTools = {
    actions: new Map([['broken', broken]]),
    templates: createTemplates(),
    client,
    sealer: createSealer([Buffer.alloc(32, 1)]),
    stats: createDeliveryStats(),
    logger: pino({ level: 'silent' }),
    worker: 'w',
    renderPayload: never,
    signCall: never,
    begin: never,
    record: never,
    fail: (failure) => Promise.resolve(failed.push(failure) > 0),
    deaths: new Deaths(),
  }
  const death = { rule: 'r', version: 1, subject: null, event: 3, eventType: 'a.b' }
  const named = { id: 1, workspaceId: 1, action: 'broken', request: null, settings: {} }
  const planned = { rule: 'r', version: 1, subject: null, event: 3, destination: 'a' }
  const delivery = { ...named, ...planned, tryCount: 0, seen: { event: { type: 'a.b' } } }
  const destination = { retry: { attempts: 1 } } as Destination
  const claim = { workspaceId: 1, id: 1, lease: 1 } as Held['claim']
  const held: Held = {
    claim,
    abort: new AbortController(),
    until: Infinity,
    isLost: false,
    destination: 'a',
  }
  await deliver(delivery as unknown as ClaimedDelivery, destination, held, tools)
  const why = { reason: 'internal', detail: 'a bug', death: { ...death, depth: 0 } }
  assert.deepEqual(failed, [{ ...claim, ...why }])
  await client.close()
})
