import { type Asking, askEventCounts } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { refusal } from './field-definitions.ts'
import { localTime } from './local-time.ts'
import { dayOf, edge, nameOf, readLogFile, readName, showRow } from './log-files.ts'
import { asCsv, asJson, asXml } from './log-formats.ts'
import { withNames } from './log-names.ts'
import { shown } from './paging.ts'
import { type ListQuery, readQuery } from './query.ts'

const dayMs = 86_400_000
/** Days in a list, the newest of them; and in what is counted. */
const daysMax = 3_660
/** Groups that have files of their own among those of a day; any other can be asked for as well. */
const groups = [null, 'user', 'webshop', 'profile', 'subprofile'] as const

/** The days there is a log of, or the names of the files of one day. */
const list: AskingEndpoint = {
  method: 'GET',
  path: '/logfiles',
  scope: 'events:read',
  *ask(request) {
    const query = readQuery(request.query)
    const date = query.get('date')
    if (date === undefined) return shown(yield* dates())
    return shown(yield* names(date, query.get('type'), request.now))
  },
}

/** Version 1 has the date, and the file, in the path of the list. */
const listOld: AskingEndpoint = {
  method: 'GET',
  path: '/logfiles/:name',
  scope: 'events:read',
  *ask(request) {
    const { name = '' } = request.params
    if (/^\d{4}-\d{2}-\d{2}$/.test(name)) return shown(yield* names(name, undefined, request.now))
    return yield* read(request, 'csv')
  },
}

const files = ['/logfile/:name/:format', '/logfiles/:name/:format'].map(
  (path): AskingEndpoint => ({
    method: 'GET',
    path,
    scope: 'events:read',
    ask: (request) => read(request, request.params.format ?? ''),
  }),
)

/** Where no format is named it is rows without a header, as there. */
const bare: AskingEndpoint = {
  method: 'GET',
  path: '/logfile/:name',
  scope: 'events:read',
  ask: (request) => read(request, 'csv'),
}

function* read(request: DialectRequest, format: string): Asking<DialectResponse> {
  if (!['csv', 'header', 'json', 'xml'].includes(format)) throw new Fault('unknown_route')
  const file = readName(request.params.name ?? '', request.now)
  const events = yield* readLogFile(file, readFrom(readQuery(request.query)))
  const rows = (yield* withNames(events, request.workspace.createdAt)).map(showRow)
  if (format === 'json') return asJson(rows)
  return format === 'xml' ? asXml(rows) : asCsv(rows, format === 'header')
}

/** Only what came after it; the vendor counts in seconds. */
function readFrom(query: ListQuery): number {
  const text = query.get('from')
  if (text === undefined || text === '') return 0
  if (!/^\d{1,11}$/.test(text)) throw refusal('Parameter from must be a unix timestamp')
  return (Number(text) + 1) * 1_000
}

function* dates(): Asking<string[]> {
  const first = yield* edge('ascending')
  const last = yield* edge('descending')
  if (!first || !last) return []
  const begin = Math.max(first.receivedAt, last.receivedAt - daysMax * dayMs)
  const days = new Set<string>()
  for (let at = begin; at < last.receivedAt; at += dayMs / 2) days.add(localTime(at).slice(0, 10))
  days.add(localTime(last.receivedAt).slice(0, 10))
  return [...days]
}

function* names(date: string, type: string | undefined, now: number): Asking<string[]> {
  if (!dayOf(date, now)) throw refusal('Parameter date must be a date, as in 2026-11-28')
  if (!(yield* dates()).includes(date)) return []
  return groups
    .map((group) => nameOf(group, date))
    .filter((name) => !type || name.slice(0, name.indexOf('.')) === type)
}

/** What is counted here is what this vendor's calls had logged; the rest does not exist. */
const consumption: AskingEndpoint = {
  method: 'GET',
  path: '/consumption',
  scope: 'workspace:read',
  *ask(request) {
    const query = readQuery(request.query)
    const { from } = readDay(query, 'begin', request.now)
    const { until } = readDay(query, 'end', request.now)
    const days = (until - from) / dayMs
    if (days <= 0) throw refusal('Parameter end must not lie before begin')
    if (days > daysMax) throw refusal(`Parameter begin: that is more than ${daysMax} days`)
    const all = { of: 'events', by: 'source', minutes: daysMax * 1_440, limit: 1_000 } as const
    const asked = { ...all, from, until }
    const { counts } = yield* askEventCounts(asked)
    const ours = counts.filter(({ name }) => name === 'copernica')
    const apicalls = ours.reduce((sum, { count }) => sum + count, 0)
    const none = { fax: 0, webpages: 0, litmustests: 0, twofiftyoktests: 0 }
    return shown({ emails: 0, texts: 0, ...none, apicalls })
  },
}

function readDay(query: ListQuery, name: 'begin' | 'end', now: number) {
  const given = query.get(name)
  if (given === undefined) throw refusal(`URL parameter ${name} is required`)
  const day = dayOf(given, now)
  if (!day) throw refusal(`URL parameter ${name} must be a date, as in 2026-11-28`)
  return day
}

export const logFileEndpoints = [list, listOld, ...files, bare, consumption]
