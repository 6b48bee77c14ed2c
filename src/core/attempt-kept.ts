import { limits } from './limits.ts'
import type { Attempt, AttemptOutcomeRecord } from './planned-delivery.ts'

/** What was sent as an attempt keeps it: bounded, whoever hands it over. */
export function keptSent(sent: Attempt['sent']): Attempt['sent'] {
  if (sent === null) return null
  const { url, method, headers, body } = sent
  return {
    url: keptText(url),
    method,
    headers: keptHeaders(headers),
    body: body === null ? null : cut(body, limits.attemptBodyKeptMax),
  }
}

/** How an attempt ended as it is kept. A body that is cut here says so. */
export function keptOutcome(outcome: AttemptOutcomeRecord): AttemptOutcomeRecord {
  if (outcome.kind === 'lost') return outcome
  if (outcome.kind === 'failure') return { ...outcome, message: keptText(outcome.message) }
  const body = cut(outcome.body, limits.attemptBodyKeptMax)
  const isCut = outcome.isCut || body.length < outcome.body.length
  return { ...outcome, headers: keptHeaders(outcome.headers), body, isCut }
}

/** A short text about an attempt as it is kept. */
export function keptText(text: string): string {
  return cut(text, limits.attemptTextKeptMax)
}

function keptHeaders(headers: { [name: string]: string }): { [name: string]: string } {
  const kept = Object.entries(headers).slice(0, limits.attemptHeadersKeptMax)
  return Object.fromEntries(
    kept.map(([name, value]) => [
      cut(name, limits.attemptHeaderKeptMax),
      cut(value, limits.attemptHeaderKeptMax),
    ]),
  )
}

/** Never in the middle of a character: half of one cannot be stored everywhere. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text
  const last = text.charCodeAt(max - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max)
}
