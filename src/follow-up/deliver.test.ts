import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { defineExternalAction } from '../core/action.ts'
import type { ClaimedDelivery } from '../core/planned-delivery.ts'
import { createTemplates } from '../core/template.ts'
import { createSealer } from '../lib/seal.ts'
import { createOutboundClient } from '../outbound/http-client.ts'
import type { Destination, FailedDelivery } from '../storage/delivery-store.ts'
import { type DeliveryTools, deliver } from './deliver.ts'
import { createDeliveryStats } from './delivery-stats.ts'
import type { Held } from './held-claims.ts'

test('what an action cannot render for a bug of its own is dead, and not tried for ever', async () => {
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
    begin: never,
    record: never,
    fail: (failure) => Promise.resolve(failed.push(failure) > 0),
  }
  const delivery = { id: 1, workspaceId: 1, action: 'broken', request: null, settings: {} }
  const claim = { workspaceId: 1, id: 1, lease: 1 } as Held['claim']
  const held: Held = { claim, abort: new AbortController(), until: Infinity, isLost: false }
  await deliver(delivery as unknown as ClaimedDelivery, {} as Destination, held, tools)
  assert.deepEqual(failed, [{ ...claim, reason: 'internal', detail: 'a bug' }])
  await client.close()
})
