import { addDuration, parseSignedDuration } from './duration.ts'
import type { JsonValue } from './json.ts'

/** Numbers below this (in seconds, the year 5138) are seconds since 1970, others milliseconds. */
const secondsBelow = 100_000_000_000
/** The span JavaScript's dates have, in milliseconds to either side of 1970. */
const instantMsMax = 8_640_000_000_000_000

const isoPattern = new RegExp(
  [
    /^(\d{4})-(\d{2})-(\d{2})/,
    /(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
)

/**
 * The instant that a stored value names, in milliseconds UTC, or null when it names none:
 *
 * - text as ISO 8601 writes a date (`2026-11-22`, midnight UTC) or a date and a time
 *   (`2026-11-22T10:00:00+01:00`); without an offset it is UTC, and a space may stand for the `T`;
 * - a number: seconds since 1970 below 100,000,000,000, milliseconds from there on. A number of
 *   milliseconds from before March 1973 is thus taken for seconds.
 *
 * Text of digits is no date: a number that was sent as text does not become one by being compared.
 */
export function instantOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') {
    const ms = Math.abs(value) < secondsBelow ? value * 1_000 : value
    return Math.abs(ms) <= instantMsMax ? Math.round(ms) : null
  }
  return typeof value === 'string' ? parseIsoInstant(value) : null
}

/**
 * The instant that `before`, `after` and `until` name: `now`, a duration from now with its sign
 * (`P7D` is in a week, `-P30D` was 30 days ago), or a date as `instantOf` reads it. Null for
 * anything else.
 */
export function resolveInstant(text: JsonValue | undefined, now: number): number | null {
  if (typeof text !== 'string') return instantOf(text)
  if (text === 'now') return now
  const relative = parseSignedDuration(text)
  if (!relative) return parseIsoInstant(text)
  const at = addDuration(now, relative.duration, relative.sign)
  return Math.abs(at) <= instantMsMax ? at : null
}

/** Stricter than `Date.parse`, which reads much else, and some of it in the machine's own zone. */
function parseIsoInstant(text: string): number | null {
  const match = isoPattern.exec(text)
  if (!match) return null
  const part = (index: number) => Number(match[index] ?? 0)
  const [year, month, day] = [part(1), part(2), part(3)]
  const [hour, minute, second] = [part(4), part(5), part(6)]
  const fraction = Math.trunc(Number(`0.${match[7] ?? '0'}`) * 1_000)
  if (hour > 24 || minute > 59 || second > 59) return null
  if (hour === 24 && (minute > 0 || second > 0 || fraction > 0)) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  date.setUTCHours(hour, minute, second, fraction)
  const offset = offsetMs(match[8] ?? 'Z')
  return offset === null ? null : date.getTime() - offset
}

function offsetMs(text: string): number | null {
  if (text === 'Z') return 0
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(-2))]
  if (hours > 23 || minutes > 59) return null
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
