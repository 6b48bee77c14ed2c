/** A span of time as ISO 8601 writes it. Months and years have no fixed length. */
export interface Duration {
  years: number
  months: number
  days: number
  /** Hours, minutes and seconds together. */
  ms: number
}

const pattern = new RegExp(
  [
    /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?/,
    /(?:T(?:(\d{1,6})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,3}))?S)?)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
)

/**
 * Reads a duration such as `PT10M`, `P30D` or `P1Y2M`, or null when the text is none. Only seconds
 * may have a fraction, of three digits at most; a sign is not part of it.
 *
 * Source: ISO 8601-1:2019, 5.5.2.
 */
export function parseDuration(text: string): Duration | null {
  const match = pattern.exec(text)
  if (!match || /[PT]$/.test(text)) return null
  const part = (index: number) => Number(match[index] ?? 0)
  const seconds = part(5) * 3_600 + part(6) * 60 + part(7)
  return {
    years: part(1),
    months: part(2),
    days: part(3) * 7 + part(4),
    ms: seconds * 1_000 + Number((match[8] ?? '').padEnd(3, '0')),
  }
}

/** A duration with an optional sign before it, as in `-P30D`. */
export function parseSignedDuration(text: string): { sign: 1 | -1; duration: Duration } | null {
  const sign = text.startsWith('-') ? -1 : 1
  const duration = parseDuration(/^[+-]/.test(text) ? text.slice(1) : text)
  return duration && { sign, duration }
}

/**
 * The instant a duration after (or, with sign -1, before) another, both in milliseconds UTC. Years
 * and months go first and by the calendar of UTC: a month after 31 January is the last of February.
 * A day is 24 hours.
 */
export function addDuration(at: number, duration: Duration, sign: 1 | -1 = 1): number {
  const months = sign * (duration.years * 12 + duration.months)
  const moved = months === 0 ? at : addMonths(at, months)
  return moved + sign * (duration.days * 86_400_000 + duration.ms)
}

/**
 * The length of a duration without months and years, in milliseconds; null for one that has some.
 */
export function fixedMs(duration: Duration): number | null {
  if (duration.years > 0 || duration.months > 0) return null
  return duration.days * 86_400_000 + duration.ms
}

function addMonths(at: number, months: number): number {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const daysInMonth = new Date(
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0),
  ).getUTCDate()
  return date.setUTCDate(Math.min(day, daysInMonth))
}

/** Milliseconds as ISO 8601 writes them, such as `PT15S`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms % 3_600_000 === 0) return `PT${ms / 3_600_000}H`
  if (ms > 0 && ms % 60_000 === 0) return `PT${ms / 60_000}M`
  return `PT${ms / 1_000}S`
}
