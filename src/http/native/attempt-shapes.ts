import Type from 'typebox'
import type { JsonObject } from '../../core/json.ts'
import type { Attempt, AttemptOutcomeRecord } from '../../core/planned-delivery.ts'
import { closed, nullable, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const headers = Type.Record(Type.String(), Type.String())

export const sentRequest = Type.Object(
  { url: Type.String(), method: Type.String(), headers, body: nullable(Type.String()) },
  { ...closed, 'x-name': 'SentRequest', description: 'what was sent, secrets masked, bounded' },
)

export const attemptOutcome = Type.Object(
  {
    kind: Type.Union(
      ['answer', 'failure', 'lost'].map((word) => Type.Literal(word)),
      {
        description: 'lost: nobody came back from it',
      },
    ),
    status: Type.Optional(Type.Integer()),
    headers: Type.Optional(headers),
    body: Type.Optional(Type.String({ description: 'the start of it' })),
    cut: Type.Optional(Type.Boolean({ description: 'whether there was more' })),
    code: Type.Optional(Type.String({ description: 'why there was no answer; stable' })),
    message: Type.Optional(Type.String()),
    took_ms: Type.Optional(Type.Integer()),
    address: Type.Optional(nullable(Type.String({ description: 'that was really called' }))),
  },
  { ...closed, 'x-name': 'AttemptOutcome' },
)

export const attempt = Type.Object(
  {
    number: Type.Integer(),
    worker: Type.String({ description: 'the node that made it' }),
    began_at: time,
    ended_at: nullable(time),
    sent: nullable(sentRequest),
    outcome: nullable(attemptOutcome),
  },
  { ...closed, 'x-name': 'Attempt', description: 'one try at a delivery' },
)

export function shownAttempt({ number, worker, sent, ...each }: Attempt): JsonObject {
  return {
    number,
    worker,
    began_at: shownTime(each.beganAt),
    ended_at: shownTime(each.endedAt),
    sent: sent && { ...sent },
    outcome: each.outcome && shownOutcome(each.outcome),
  }
}

export function shownOutcome(outcome: AttemptOutcomeRecord): JsonObject {
  if (outcome.kind === 'lost') return { kind: outcome.kind }
  const { tookMs, address } = outcome
  const way = { took_ms: tookMs, address }
  if (outcome.kind === 'failure') {
    const { kind, code, message } = outcome
    return { kind, code, message, ...way }
  }
  const { kind, status, headers: answered, body, isCut } = outcome
  return { kind, status, headers: answered, body, cut: isCut, ...way }
}
