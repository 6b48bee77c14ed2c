import { type Asking, askEvents } from '../../core/ask.ts'
import { Fault } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { EventId } from '../../core/profile.ts'
import { localTime, readLocalTime } from './local-time.ts'
import { attributesPrefix, columns } from './log-formats.ts'

/** A day of the event log: all of it, or the events of one group. */
export interface LogFile {
  group: string | null
  /** Milliseconds UTC; the first instant of the day, and that of the next. */
  from: number
  until: number
}

export const logPrefix = 'event'
/** Rows of one answer; `from` asks for those behind. */
const rowsMax = 10_000
const pageLength = 1_000
/** How far the order of ids and that of times may differ. */
const slackMs = 60_000

export function nameOf(group: string | null, date: string): string {
  return `${group === null ? logPrefix : `${logPrefix}-${group}`}.${date}.log`
}

/** @throws Fault `not_found` for what is no name of a file. */
export function readName(name: string, now: number): LogFile {
  const found = /^event(?:-([\w-]+))?\.(\d{4}-\d{2}-\d{2})\.log$/.exec(name)
  const day = found && dayOf(found[2] ?? '', now)
  if (!day) throw new Fault('not_found', { message: 'No logfile with supplied name' })
  return { group: found[1] ?? null, ...day }
}

/** The span of a day on the vendor's clock; null for what is no date. */
export function dayOf(date: string, now: number): { from: number; until: number } | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  const from = readLocalTime(date, now)
  if (from === null || localTime(from).slice(0, 10) !== date) return null
  // No day has 36 hours, so half a day behind its last one is in the next.
  const next = localTime(from + 36 * 3_600_000).slice(0, 10)
  return { from, until: readLocalTime(next, now) ?? from }
}

/** The events of a file, in order, from an instant on. */
export function* readLogFile(file: LogFile, from: number): Asking<Event[]> {
  const start = Math.max(from, file.from)
  const found: Event[] = []
  let after = yield* lastBefore(start - slackMs)
  const last = yield* lastBefore(file.until + slackMs)
  while (after < last) {
    const page = yield* askEvents({ after, order: 'ascending', limit: pageLength })
    for (const event of page.events) {
      const { receivedAt, type } = event
      const isIn = receivedAt >= start && receivedAt < file.until
      const isOf = file.group === null || type.startsWith(`${file.group}.`)
      if (isIn && isOf && found.push(event) >= rowsMax) return found
    }
    const end = page.events.at(-1)?.id
    if (end === undefined || !page.more) return found
    after = end
  }
  return found
}

/** The last event that arrived before an instant, or 0: found by halves, not by reading. */
function* lastBefore(at: number): Asking<EventId> {
  const first = yield* edge('ascending')
  const newest = yield* edge('descending')
  if (!first || !newest || first.receivedAt >= at) return 0 as EventId
  let low: number = first.id
  let high = newest.id + 1
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const after = (middle - 1) as EventId
    const { events } = yield* askEvents({ after, order: 'ascending', limit: 1 })
    const event = events[0]
    if (event && event.receivedAt < at) low = Math.max(event.id, middle)
    else high = middle
  }
  return low as EventId
}

export function* edge(order: 'ascending' | 'descending'): Asking<Event | undefined> {
  return (yield* askEvents({ order, limit: 1 })).events[0]
}

/**
 * An event as a row without anything nested in it: what it brought is behind the rest, and what has
 * the name of a column, such as a cart's `id`, has `attributes.` before it.
 */
export function showRow(event: Event): Map<string, string> {
  const row = new Map([
    ['id', String(event.id)],
    ['time', localTime(event.receivedAt)],
    ['type', event.type],
    ['profileid', event.subject === null ? '' : String(event.subject)],
    ['source', event.source.dialect],
  ])
  for (const [name, value] of flat(event.attributes, '')) {
    const shown = columns.includes(name) ? `${attributesPrefix}${name}` : name
    if (!row.has(shown)) row.set(shown, value)
  }
  return row
}

function flat(value: JsonObject, before: string): [string, string][] {
  return Object.entries(value).flatMap(([name, each]) => {
    if (isObject(each)) return flat(each, `${before}${name}.`)
    return [[before + name, asText(each)] as [string, string]]
  })
}

function asText(value: JsonValue): string {
  if (value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
