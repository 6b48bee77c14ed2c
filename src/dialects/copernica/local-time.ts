import { memoise } from '../../lib/memoise.ts'

/** The vendor's clock: its times have no zone, and this is whose they are (wire notes 5.2). */
const timeZone = 'Europe/Amsterdam'

const clock = new Intl.DateTimeFormat('sv-SE', {
  timeZone,
  ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
  ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
})

const quarterMs = 900_000

/** How far the clock is ahead of UTC, by quarters of an hour: asking it is what takes time. */
const aheadMs = memoise(10_000, (quarter) => {
  const at = Number(quarter) * quarterMs
  return asIfUtc(clock.format(at)) - at
})

/** Milliseconds UTC as `YYYY-MM-DD HH:MM:SS` on the vendor's clock. */
export function localTime(at: number): string {
  const ahead = aheadMs(String(Math.floor(at / quarterMs)))
  return new Date(at + ahead).toISOString().slice(0, 19).replace('T', ' ')
}

/** The instant at which the vendor's clock shows this, in milliseconds UTC. */
function instantOfLocal(shown: number): number {
  const offset = (at: number) => asIfUtc(localTime(at)) - at
  const guess = shown - offset(shown)
  return shown - offset(guess)
}

function asIfUtc(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`)
}

const colonClock = /(\d{1,2})(?::(\d{2})(?::(\d{2})(?:[.,]\d+)?)?)?(?:\s*([ap])\.?m\.?)?/
const bareClock = /(\d{2})(\d{2})(\d{2})?/
const zone = /Z|UTC|GMT|CES?T|[+-]\d{2}(?::?\d{2})?/
/** What may stand behind a date: a time as `23:30`, `11:30 pm` or `233000`, and a zone. */
const clockPattern = new RegExp(
  `^(?:[T ]+(?:${bareClock.source}|${colonClock.source}))?\\s*(${zone.source})?$`,
  'i',
)
/** Year, month and day in the orders that are read, each with where they stand. */
const datePatterns: readonly [RegExp, order: readonly [number, number, number]][] = [
  [/^(\d{4})[-/](\d{1,2})[-/](\d{1,2})/, [1, 2, 3]],
  [/^(\d{4})(\d{2})(\d{2})(?!\d)/, [1, 2, 3]],
  [/^(\d{1,2})[-.](\d{1,2})[-.](\d{4})/, [3, 2, 1]],
  [/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, [3, 1, 2]],
  [/^(\d{1,2})(?:st|nd|rd|th)?[- .]+([a-z]{3,9})[- .,]+(\d{4})/i, [3, 2, 1]],
  [/^([a-z]{3,9})[- .]+(\d{1,2})(?:st|nd|rd|th)?[- ,]+(\d{4})/i, [3, 1, 2]],
]
const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september'],
  ...['october', 'november', 'december'],
]
const weekdayPattern = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s+/i
const relativePattern = /^(?:now\s*)?([+-]\s?\d{1,4})\s*(second|minute|hour|day|week|month|year)s?$/
const dayMs = 86_400_000
const steps = {
  ...{ second: 1_000, minute: 60_000, hour: 3_600_000, day: dayMs, week: 7 * dayMs },
  ...{ month: 30 * dayMs, year: 365 * dayMs },
}
type Unit = keyof typeof steps

/** A time in one of the ways the vendor reads it, as milliseconds UTC; null for what is none. */
export function readLocalTime(text: string, now: number): number | null {
  const given = text.trim()
  const word = given.toLowerCase()
  if (word === 'now') return now
  if (word === 'today' || word === 'midnight') return midnight(now, 0)
  if (word === 'tomorrow') return midnight(now, 1)
  if (word === 'yesterday') return midnight(now, -1)
  if (/^@-?\d{1,11}$/.test(given)) return Number(given.slice(1)) * 1_000
  const away = relativePattern.exec(word)
  if (away) return fromNow(now, Number(away[1]?.replace(' ', '')), away[2] as Unit)
  const written = given.replace(weekdayPattern, '')
  for (const [pattern, [year, month, day]] of datePatterns) {
    const date = pattern.exec(written)
    if (!date) continue
    const clock = readClock(written.slice(date[0].length))
    if (clock === null) return null
    return instant([date[year], monthNumber(date[month]), date[day], ...clock.time], clock.zone)
  }
  return null
}

/** Hour, minute, second and zone; null for what is none. */
function readClock(
  text: string,
): { time: readonly (string | number | undefined)[]; zone: string | undefined } | null {
  const found = clockPattern.exec(text)
  if (!found) return null
  const [, hour, minute, second, hours, minutes, seconds, half, zone] = found
  if (hours === undefined) return { time: [hour, minute, second], zone }
  if (half === undefined)
    return minutes === undefined ? null : { time: [hours, minutes, seconds], zone }
  const ofHalf = Number(hours)
  if (ofHalf < 1 || ofHalf > 12) return null
  return { time: [(ofHalf % 12) + (/p/i.test(half) ? 12 : 0), minutes, seconds], zone }
}

/** The number of a month in digits or by its English name; what is none is no month. */
function monthNumber(text: string | undefined): string | undefined {
  if (text === undefined || /^\d/.test(text)) return text
  const word = text.toLowerCase()
  const at = months.findIndex((name) => name === word || name.slice(0, 3) === word)
  return word === 'sept' ? '9' : String(at + 1)
}

/** So long from now on the vendor's clock, as it is written there: `+1 week`, `-3 days`. */
function fromNow(now: number, count: number, unit: Unit): number {
  const step = steps[unit]
  if (step < dayMs) return now + count * step
  const shown = new Date(asIfUtc(localTime(now)))
  if (unit === 'month') shown.setUTCMonth(shown.getUTCMonth() + count)
  else if (unit === 'year') shown.setUTCFullYear(shown.getUTCFullYear() + count)
  else shown.setTime(shown.getTime() + count * step)
  return instantOfLocal(shown.getTime())
}

/** Days that a month has not run on into the next, as they do there. */
function instant(
  parts: readonly (string | number | undefined)[],
  zone: string | undefined,
): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((part) =>
    Number(part ?? 0),
  )
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) return null
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return zone === undefined ? instantOfLocal(date.getTime()) : date.getTime() - aheadOf(zone)
}

/** How many milliseconds a written zone is ahead of UTC. */
function aheadOf(zone: string): number {
  const name = zone.toUpperCase()
  if (name === 'CET') return 3_600_000
  if (name === 'CEST') return 7_200_000
  if (!/^[+-]/.test(zone)) return 0
  const digits = zone.replace(':', '').padEnd(5, '0')
  const minutes = Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3))
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000
}

function midnight(now: number, days: number): number {
  const today = asIfUtc(`${localTime(now).slice(0, 10)} 00:00:00`)
  return instantOfLocal(today + days * dayMs)
}
