import { fixedMs, parseDuration } from './duration.ts'
import type { RetryPolicy } from './schedule.ts'

/** A destination as it stands in the rules file, where all but three names may be left out. */
export interface DestinationEntry {
  name: string
  type: string
  url: string
  /** The signing secret; made and shown once when left out. */
  secret?: SecretSource
  /** A header that proves who calls, with a secret value. */
  auth?: SecretSource & { header: string }
  allow_private?: boolean
  concurrency?: number
  /** `50/s`, `100/m` or `1000/h`. */
  rate?: string
  timeout?: string
  /** How long what is due may wait for its try before it is late. */
  begin_within?: string
  retry?: { first?: string; factor?: number; max?: string; attempts?: number; jitter?: number }
}

/** Where a secret is read, by the process that applies the file. */
export type SecretSource = { env: string } | { file: string }

/** A named, typed place that external actions send to, with nothing left open. */
export interface DestinationDefinition {
  name: string
  type: string
  url: string
  /** null where Roster made the secret, or was handed it. */
  secret: SecretSource | null
  /** Its secret is null where it came without a source: only sealed, and never read again. */
  auth: { header: string; secret: SecretSource | null } | null
  allowPrivate: boolean
  /** Calls under way at once, over all nodes. */
  concurrency: number
  /** Calls that may begin in a span of time, over all nodes; null for as many as there are. */
  rate: { count: number; perMs: number } | null
  timeoutMs: number
  retry: RetryPolicy
  /** How long what is due may wait for its try; left out where nobody said. */
  beginWithinMs?: number
  /** How a vendor goes about webhooks that its API registers; only those have it. */
  terms?: VendorTerms
}

/** Where a vendor's ways with webhooks are others than Roster's. */
export interface VendorTerms {
  /** Answers of 200 and more below this count as delivered. */
  deliveredBelow: number
  /** Failures in a row after which it is disabled; null never does. */
  failuresMax: number | null
  /** The payload whose signature each try has. */
  signedAs?: string
}

/** From one second to six hours apart, over more than half a day: a night's outage is survived. */
export const destinationDefaults = {
  concurrency: 8,
  timeout: 'PT15S',
  retry: { first: 'PT1S', factor: 3, max: 'PT6H', attempts: 12, jitter: 0.2 },
} as const

export const destinationLimits = {
  concurrencyMax: 256,
  rateCountMax: 100_000,
  timeoutMsMin: 1_000,
  timeoutMsMax: 60_000,
  beginWithinMsMin: 1_000,
  beginWithinMsMax: 86_400_000,
  firstMsMin: 100,
  factorMax: 10,
  maxMsMax: 7 * 86_400_000,
  attemptsMax: 50,
} as const

/**
 * Fills in what an entry leaves out.
 *
 * Precondition: the check of the rules file found nothing wrong with the entry.
 */
export function readDestination(entry: DestinationEntry): DestinationDefinition {
  const retry = { ...destinationDefaults.retry, ...entry.retry }
  return {
    name: entry.name,
    type: entry.type,
    url: entry.url,
    secret: entry.secret ?? null,
    auth: entry.auth ? { header: entry.auth.header, secret: secretOf(entry.auth) } : null,
    allowPrivate: entry.allow_private ?? false,
    concurrency: entry.concurrency ?? destinationDefaults.concurrency,
    rate: entry.rate === undefined ? null : parseRate(entry.rate),
    timeoutMs: durationMs(entry.timeout ?? destinationDefaults.timeout) ?? 0,
    retry: {
      firstMs: durationMs(retry.first) ?? 0,
      factor: retry.factor,
      maxMs: durationMs(retry.max) ?? 0,
      attempts: retry.attempts,
      jitter: retry.jitter,
    },
    ...(entry.begin_within !== undefined && {
      beginWithinMs: durationMs(entry.begin_within) ?? 0,
    }),
  }
}

const spans = { s: 1_000, m: 60_000, h: 3_600_000 } as const

/** `50/s` as a number in a span of time; null for text that is no rate. */
export function parseRate(text: string): { count: number; perMs: number } | null {
  const match = /^([1-9]\d{0,5})\/([smh])$/.exec(text)
  const unit = match?.[2]
  if (unit !== 's' && unit !== 'm' && unit !== 'h') return null
  return { count: Number(match?.[1]), perMs: spans[unit] }
}

/** Milliseconds of a duration without months and years; null for anything else. */
export function durationMs(text: string): number | null {
  const duration = parseDuration(text)
  return duration && fixedMs(duration)
}

function secretOf(source: SecretSource): SecretSource {
  return 'env' in source ? { env: source.env } : { file: source.file }
}

/** What a stored destination says, without what the store adds to it. */
export function definitionOf(stored: DestinationDefinition): DestinationDefinition {
  const { name, type, url, secret, auth, allowPrivate, concurrency, rate, timeoutMs, retry } =
    stored
  const { beginWithinMs } = stored
  return {
    ...{ name, type, url, secret, auth, allowPrivate, concurrency, rate, timeoutMs, retry },
    ...(beginWithinMs !== undefined && { beginWithinMs }),
  }
}

/** A rate as an entry has it. */
export function rateText({ count, perMs }: { count: number; perMs: number }): string {
  const unit = Object.entries(spans).find(([, ms]) => ms === perMs)?.[0]
  return `${count}/${unit}`
}
