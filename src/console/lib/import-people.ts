import type { ProfileEntry, RefusedEntry } from '../../client/client.js'
import { RosterError } from '../../client/client.js'
import { api } from './api.ts'
import type { CsvRow } from './read-csv.ts'

/** What becomes of a column: nothing, the key people are found by, tags, or an attribute. */
export type Target = 'skip' | 'key' | 'tags' | 'attribute'

export interface Mapping {
  /** What kind of identifier the key is. */
  kind: string
  columns: { target: Target; name: string }[]
}

export interface ImportReport {
  accepted: number
  refused: Refused[]
  /** What it stopped at before the end, and the line of the first row that was not sent. */
  stopped: { line: number; error: unknown } | null
}

export interface Refused {
  line: number
  /** The server's words. */
  why: string
  /** Where it was not sent at all: it does not have as many fields as the heading. */
  fields?: { found: number; wanted: number }
}

export type MappingFault = 'noKey' | 'twoKeys' | 'noName' | 'sameName'

const perCall = 100
/** A server that is busy or starts anew is asked again so often, so far apart. */
const triesMax = 5
const againMs = 2_000

/** What is wrong with a mapping; null where people can be written by it. */
export function faultOf({ columns }: Mapping): MappingFault | null {
  const keys = columns.filter(({ target }) => target === 'key')
  const names = columns
    .filter(({ target }) => target === 'attribute')
    .map(({ name }) => name.trim())
  if (keys.length !== 1) return keys.length === 0 ? 'noKey' : 'twoKeys'
  if (names.includes('')) return 'noName'
  return new Set(names).size < names.length ? 'sameName' : null
}

/** Writes one person for each row, a hundred at a time. With `isDry` nothing is stored. */
export async function importPeople(
  rows: readonly CsvRow[],
  mapping: Mapping,
  isDry: boolean,
  tell: (done: number) => void,
): Promise<ImportReport> {
  const report: ImportReport = { accepted: 0, refused: [], stopped: null }
  for (let first = 0; first < rows.length; first += perCall) {
    const some = rows.slice(first, first + perCall)
    // A row that is cut short or shifted would put values where they do not belong.
    const whole = some.filter(({ fields }) => fields.length === mapping.columns.length)
    const profiles = whole.map(({ fields }) => entryOf(fields, mapping))
    try {
      const answer = await patiently(() =>
        api.writeProfiles({ dry_run: isDry, body: { profiles } }),
      )
      report.accepted += answer.accepted
      for (const result of answer.results) {
        if (result.status < 400) continue
        const { detail } = result as RefusedEntry
        report.refused.push({ line: whole[result.index]?.line ?? 0, why: detail })
      }
    } catch (error) {
      report.stopped = { line: some[0]?.line ?? 0, error }
      return report
    }
    for (const { line, fields } of some) {
      const [found, wanted] = [fields.length, mapping.columns.length]
      if (found !== wanted) report.refused.push({ line, why: '', fields: { found, wanted } })
    }
    tell(Math.min(first + perCall, rows.length))
  }
  report.refused.sort((a, b) => a.line - b.line)
  return report
}

async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const { status } = error as RosterError
      const isPassing = error instanceof RosterError && [0, 429, 502, 503, 504].includes(status)
      if (!isPassing || tries >= triesMax) throw error
      await new Promise((resolve) => setTimeout(resolve, againMs))
    }
  }
}

function entryOf(fields: readonly string[], { kind, columns }: Mapping): ProfileEntry {
  const entry: ProfileEntry & { set: { [name: string]: unknown } } = { set: {} }
  const tags: string[] = []
  for (const [place, { target, name }] of columns.entries()) {
    const value = (fields[place] ?? '').trim()
    if (value === '' || target === 'skip') continue
    if (target === 'key') entry.by = { kind, value }
    else if (target === 'attribute') entry.set[name.trim()] = value
    else tags.push(...value.split(/[,|]/).map((tag) => tag.trim()))
  }
  const add = [...new Set(tags)].filter((tag) => tag !== '')
  if (add.length > 0) entry.tags = { add }
  return entry
}
