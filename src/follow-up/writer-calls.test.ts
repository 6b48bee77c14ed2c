import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { PortAsked, PortTold } from '../storage/worker-port.ts'
import { WriterCalls } from './writer-calls.ts'

/** What a thread that writes has been asked, message by message, and answers when it is told to. */
function writer() {
  const { port1, port2 } = new MessageChannel()
  const asked: PortAsked['calls'][] = []
  let heard = () => {}
  port2.on('message', (text: string) => {
    asked.push((JSON.parse(text) as PortAsked).calls)
    heard()
  })
  return {
    port: port1 as MessagePort,
    asked,
    tell: (told: PortTold) => port2.postMessage(JSON.stringify(told)),
    end: () => port2.close(),
    async next(count: number) {
      while (asked.length < count) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
  }
}

const request = { worker: 'w', limit: 1, leaseMs: 1_000 }

// What never comes must not keep the process waiting: the ports are closed whatever happens.
const limit = { timeout: 10_000 }
const named = 'what gathers shares a message in its order, and goes on with the next writer'

test(named, limit, async (t) => {
  const [first, second] = [writer(), writer()]
  t.after(() => [first, second].map(({ end }) => end()))
  const calls = new WriterCalls(first.port, () => Promise.resolve(second.port))
  let due = 0
  calls.onDeliveriesDue(() => {
    due += 1
  })
  const both = [calls.recordAttempts([]), calls.claimDeliveries(request)]
  await first.next(1)
  assert.deepEqual(
    first.asked[0]?.map(({ method }) => method),
    ['recordAttempts', 'claimDeliveries'],
  )
  first.tell({ due: true })
  first.tell({ answers: [{ answer: [] }, { error: 'full', code: 'unavailable' }] })
  const [recorded, claimed] = await Promise.allSettled(both)
  assert.equal(recorded?.status, 'fulfilled')
  assert.ok(claimed?.status === 'rejected')
  assert.equal((claimed.reason as { code?: unknown }).code, 'unavailable')
  assert.equal(due, 1)

  const lost = calls.beginAttempts([])
  await first.next(2)
  first.end()
  await assert.rejects(lost, { code: 'outcome_unknown' })
  const again = calls.beginAttempts([])
  await second.next(1)
  second.tell({ answers: [{ answer: [true] }] })
  assert.deepEqual(await again, [true])
  await calls.close()
})
