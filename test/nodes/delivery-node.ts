import { setTimeout as sleep } from 'node:timers/promises'
import { judgeAnswer } from '../../src/core/delivery.ts'
import { openPostgresStore } from '../../src/storage/postgres/postgres-store.ts'
import { answer, sent } from '../kit/delivery-work.ts'

/*
 * A node that works on deliveries and tells on its output that it is there, and then what it did, a
 * line for each call: when it began, when it was over, and what the receiver said. Every seventh
 * call fails for the time being. Told anything on its input, it waits for ever for what its next
 * calls come to, and says so; it ends with its input.
 */

const [url = '', worker = '', leaseMs = ''] = process.argv.slice(2)
const decision = new URL('../kit/sending-decision.ts', import.meta.url)
const store = await openPostgresStore(url, { decision, connectionsMax: 4 })
let stopping = false
let hangs = false
let wake = () => {}
const stop = store.onDeliveriesDue(() => wake())
process.stdin
  .on('data', () => {
    hangs = true
  })
  .on('end', () => {
    stopping = true
    wake()
  })
const now = () => performance.timeOrigin + performance.now()
let calls = 0
write({ kind: 'ready' })

while (!stopping) {
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const request = { worker, limit: 16, leaseMs: Number(leaseMs) }
  const { deliveries, nextInMs } = await store.claimDeliveries(request)
  if (deliveries.length === 0) {
    await Promise.race([woken, sleep(Math.min(nextInMs ?? 1_000, 1_000), undefined, { ref: true })])
    continue
  }
  const begun = await store.beginAttempts(
    deliveries.map(({ workspaceId, id, lease }) => ({
      ...{ workspaceId, id, lease, worker, sent },
      request: { method: 'POST', headers: {}, body: worker },
    })),
  )
  const calling = deliveries.filter((_, index) => begun[index])
  const beganAt = now()
  for (const { id, destination, subject, lease } of calling) {
    write({ kind: 'began', id, destination, subject, lease, at: beganAt })
  }
  if (hangs && calling.length > 0) {
    write({ kind: 'hangs' })
    await new Promise(() => {})
  }
  await sleep(2 + Math.random() * 8)
  const results = calling.map(({ workspaceId, id, lease }) => {
    const status = ++calls % 7 === 0 ? 503 : 200
    const judgement = judgeAnswer({ status }, Date.now())
    return { workspaceId, id, lease, outcome: answer(status), judgement, random: Math.random() }
  })
  const endedAt = now()
  const recorded = await store.recordAttempts(results)
  for (const [index, { id }] of calling.entries()) {
    const { kind } = results[index]?.judgement ?? { kind: 'dead' }
    write({ kind: 'ended', id, at: endedAt, recorded: recorded[index] ?? false, judged: kind })
  }
}
stop()
await store.close()

function write(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
