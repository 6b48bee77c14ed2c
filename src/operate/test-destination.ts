import { randomUUID } from 'node:crypto'
import { judgeAnswer, sendFailures } from '../core/delivery.ts'
import type { Attempt, AttemptOutcomeRecord } from '../core/planned-delivery.ts'
import { prepareCall, recordedOutcome } from '../follow-up/prepare-call.ts'
import type { Sealer } from '../lib/seal.ts'
import { openSecrets } from '../outbound/destination-secrets.ts'
import type { OutboundClient } from '../outbound/http-client.ts'
import type { Destination } from '../storage/delivery-store.ts'

/** What a destination did with a message that was sent to try it. */
export interface TestedDestination {
  /** The id that the receiver saw. */
  id: string
  /** What would become of a delivery that is answered like this. */
  judgement: 'delivered' | 'retry' | 'dead'
  /** Without secrets, and no longer than an attempt keeps it. */
  sent: NonNullable<Attempt['sent']>
  outcome: Exclude<AttemptOutcomeRecord, { kind: 'lost' }>
}

/**
 * Calls a destination once, signed as in earnest. Nothing is stored, and neither pauses nor rates
 * count.
 *
 * @throws SealError when the destination's secrets cannot be opened.
 */
export async function testDestination(
  { client, sealer }: { client: OutboundClient; sealer: Sealer },
  workspace: number,
  destination: Destination,
): Promise<TestedDestination> {
  const now = Date.now()
  const secrets = openSecrets(sealer, workspace, destination, now)
  const id = `test_${randomUUID()}`
  const body = JSON.stringify({
    type: 'destination.test',
    timestamp: new Date(now).toISOString(),
    data: { destination: destination.name },
  })
  const headers = { 'content-type': 'application/json' }
  const rendered = { method: 'POST', headers, body } as const
  const { request, sent, mask } = prepareCall(id, destination, rendered, secrets, now)
  const result = await client.send(request)
  const outcome = recordedOutcome(result, mask)
  if (sent === null || outcome.kind === 'lost') throw new Error('A test call left no trace.')
  return { id, judgement: judge(outcome), sent, outcome }
}

function judge(outcome: TestedDestination['outcome']): TestedDestination['judgement'] {
  if (outcome.kind === 'failure') {
    const failure = sendFailures[outcome.code as keyof typeof sendFailures]
    return failure.final ? 'dead' : 'retry'
  }
  const retryAfter = outcome.headers['retry-after']
  return judgeAnswer({ status: outcome.status, retryAfter }, Date.now()).kind
}
