import type { GrowTarget } from './grow-target.ts'
import {
  dayMs,
  type Grown,
  type Log,
  pick,
  randomNumbers,
  receivedAt,
  ruleName,
  spreadMs,
  type Wanted,
} from './grown-rows.ts'

const runStates = [...Array(14).fill('done'), ...Array(3).fill('waiting'), 'failed', 'cancelled']
const endReasons: { [state: string]: string } = {
  done: 'completed',
  failed: 'template',
  cancelled: 'event',
}

export async function growRuns(
  target: GrowTarget,
  grown: Grown,
  wanted: Wanted,
  { subjects }: Log,
): Promise<void> {
  const random = randomNumbers(3)
  const { people, now } = grown
  const step = Math.floor((wanted.events - people) / wanted.runs)
  for (let n = 1; n <= wanted.runs; n++) {
    const event = people + n * step
    const at = receivedAt(event, grown, wanted.events)
    const state = pick(runStates, random) as string
    const waits = state === 'waiting'
    const dueAt = waits ? now + dayMs + Math.floor(random() * 10 * dayMs) : null
    const seen = JSON.stringify({
      ...{ type: 'order.paid', occurredAt: at, receivedAt: at, source: 'native' },
      ...{ attributes: { order_id: `o-${event}` }, changes: [], identifiers: [], depth: 0 },
    })
    await target.addRun({
      ...{ event, state, dueAt, seen, beganAt: at, subject: subjects[event] || null },
      rule: ruleName(n % wanted.rules),
      reason: endReasons[state] ?? null,
      endedAt: waits ? null : at + 60_000,
      log: `[{"step":"0","did":"waited","until":${dueAt ?? at + 60_000}}]`,
    })
  }
  await target.flush()
}

export async function growRest(target: GrowTarget, grown: Grown, wanted: Wanted): Promise<void> {
  const { now, people } = grown
  const began = now - spreadMs
  for (let n = 1; n <= wanted.companies; n++) {
    const id = grown.lastRecord + 2 * n - 1
    const at = began + n
    const body = JSON.stringify({ name: `Company ${n}` })
    const name = `company-${n}`
    await target.add('records', [id, 'usercom.company', '', name, null, body, 1, at, at])
    const member = ['usercom.company-member', String(id), null, 1 + (n % people), '{}']
    await target.add('records', [id + 1, ...member, 1, at, at])
  }
  for (let n = 1; n <= wanted.auditEntries; n++) {
    const at = began + Math.floor((spreadMs * n) / wanted.auditEntries)
    const action = n % 2 ? 'deliveries.redelivered' : 'rules.replaced'
    await target.add('audit', [at, 'cli', 'operator', null, action, 'grown', '{}'])
  }
  await target.flush()
}
