import Type, { type Static } from 'typebox'
import { breakerPhase } from '../../core/delivery-breaker.ts'
import { callsInBucket } from '../../core/delivery-rate.ts'
import { type DestinationDefinition, rateText } from '../../core/destination.ts'
import { durationText } from '../../core/duration.ts'
import type { JsonObject } from '../../core/json.ts'
import { destinationSchema } from '../../core/rule-schema-destinations.ts'
import type { DeliveryCount, Destination } from '../../storage/delivery-store.ts'
import { closed, nullable, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const { name: _, secret: __, auth: ___, ...settings } = destinationSchema.properties

/** What `PUT` takes: as in a rules file, with secrets themselves where that says where they are. */
export const destinationBody = Type.Object(
  {
    ...settings,
    secret: Type.Optional(
      Type.String({
        maxLength: 200,
        description: 'a signing secret, whsec_ and base64; stays, or is made, when left out',
      }),
    ),
    auth: Type.Optional(
      Type.Object(
        {
          header: Type.String({ description: 'the name of the header that proves who calls' }),
          value: Type.Optional(
            Type.String({ maxLength: 4_096, description: 'its value; stays when left out' }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
)

export type DestinationBody = Static<typeof destinationBody>

const definition = Type.Object(
  {
    ...settings,
    auth: Type.Optional(Type.Object({ header: Type.String() }, closed)),
  },
  {
    ...closed,
    'x-name': 'DestinationDefinition',
    description: 'what a destination was told; `PUT` takes it as it is',
  },
)

const count = Type.Integer({ minimum: 0 })

export const destination = Type.Object(
  {
    name: Type.String(),
    version: Type.Integer({ description: '1 when first put, one more with every change' }),
    state: Type.Union(['active', 'paused', 'disabled'].map((word) => Type.Literal(word))),
    state_reason: nullable(Type.String({ description: 'why it is disabled' })),
    definition,
    signing: Type.Object(
      {
        signed: Type.Boolean(),
        secret_from: nullable(
          Type.String({ description: 'env:NAME or file:PATH; null where Roster alone holds it' }),
        ),
        former_until: nullable(time),
      },
      closed,
    ),
    auth_from: nullable(
      Type.String({ description: 'likewise, of the header that proves who calls' }),
    ),
    breaker: Type.Object(
      {
        phase: Type.Union(['closed', 'open', 'half-open'].map((word) => Type.Literal(word))),
        failures: Type.Integer({ description: 'since the last success' }),
        open_until: nullable(time),
      },
      closed,
    ),
    rate: nullable(
      Type.Object(
        {
          limit: Type.Integer({ description: 'calls that may begin in the span' }),
          span_ms: Type.Integer(),
          used: count,
          remaining: count,
        },
        { ...closed, description: 'how much of its rate is used now; null where it has none' },
      ),
    ),
    deliveries: Type.Object(
      {
        ...{ queued: count, pending: count, claimed: count, dead: count },
        waiting_since: nullable(time),
      },
      {
        ...closed,
        description:
          'what is not over and what was given up on; `waiting_since` is when the first of those that wait was planned',
      },
    ),
    late: Type.Boolean({
      description: 'whether something due has waited longer for its try than `begin_within`',
    }),
    created_at: time,
    updated_at: time,
  },
  { ...closed, 'x-name': 'Destination', description: 'a place that actions send to' },
)

export function shownDestination(
  each: Destination,
  counts: readonly Omit<DeliveryCount, 'reason'>[],
  { now, late }: { now: number; late: ReadonlySet<string> },
): JsonObject {
  const { breaker, secrets, secret, auth, rate, bucket } = each
  const remaining = rate ? callsInBucket(rate, bucket, now) : 0
  return {
    name: each.name,
    version: each.version,
    state: each.state,
    state_reason: each.stateReason,
    definition: shownDefinition(each),
    signing: {
      signed: secrets.signing !== null,
      secret_from: shownSource(secret),
      former_until: shownTime(secrets.previous?.until ?? null),
    },
    auth_from: shownSource(auth?.secret ?? null),
    breaker: {
      phase: breakerPhase(breaker, now),
      failures: breaker.failures,
      open_until: shownTime(breaker.openUntil),
    },
    rate: rate && {
      limit: rate.count,
      span_ms: rate.perMs,
      used: rate.count - remaining,
      remaining,
    },
    deliveries: tally(counts.filter(({ destination: of }) => of === each.name)),
    late: late.has(each.name),
    created_at: shownTime(each.createdAt),
    updated_at: shownTime(each.updatedAt),
  }
}

/** What an operator wrote of a destination. */
export function shownDefinition({
  type,
  url,
  auth,
  rate,
  retry,
  ...each
}: DestinationDefinition): JsonObject {
  const { firstMs, factor, maxMs, attempts, jitter } = retry
  return {
    type,
    url,
    ...(auth ? { auth: { header: auth.header } } : {}),
    allow_private: each.allowPrivate,
    concurrency: each.concurrency,
    ...(rate ? { rate: rateText(rate) } : {}),
    timeout: durationText(each.timeoutMs),
    ...(each.beginWithinMs !== undefined && { begin_within: durationText(each.beginWithinMs) }),
    retry: {
      ...{ first: durationText(firstMs), factor, max: durationText(maxMs) },
      ...{ attempts, jitter },
    },
  }
}

function shownSource(source: { env: string } | { file: string } | null): string | null {
  if (source === null) return null
  return 'env' in source ? `env:${source.env}` : `file:${source.file}`
}

function tally(counts: readonly Omit<DeliveryCount, 'reason'>[]): JsonObject {
  const sums = { queued: 0, pending: 0, claimed: 0, dead: 0 }
  for (const { state, count: more } of counts) if (state in sums) sums[state as 'dead'] += more
  const waiting = counts.filter(({ state }) => state !== 'dead')
  const times = waiting.map(({ oldestPlannedAt }) => oldestPlannedAt)
  const oldest = times.length === 0 ? null : Math.min(...times)
  return { ...sums, waiting_since: shownTime(oldest) }
}
