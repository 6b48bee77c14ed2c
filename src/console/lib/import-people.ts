import type { ProfileEntry, RefusedEntry } from '../../client/client.js'
import { api } from './api.ts'

/** What becomes of a column: nothing, the key people are found by, tags, or an attribute. */
export type Target = 'skip' | 'key' | 'tags' | 'attribute'

export interface Mapping {
  /** What kind of identifier the key is. */
  kind: string
  columns: { target: Target; name: string }[]
}

export interface ImportReport {
  accepted: number
  refused: { line: number; why: string }[]
}

const perCall = 100

/** Writes one person for each row, a hundred at a time. With `isDry` nothing is stored. */
export async function importPeople(
  rows: readonly string[][],
  mapping: Mapping,
  isDry: boolean,
  tell: (done: number) => void,
): Promise<ImportReport> {
  const report: ImportReport = { accepted: 0, refused: [] }
  for (let first = 0; first < rows.length; first += perCall) {
    const profiles = rows.slice(first, first + perCall).map((row) => entryOf(row, mapping))
    const answer = await api.writeProfiles({ dry_run: isDry, body: { profiles } })
    report.accepted += answer.accepted
    for (const result of answer.results) {
      if (result.status < 400) continue
      const { detail } = result as RefusedEntry
      // The first line of a file is its heading.
      report.refused.push({ line: first + result.index + 2, why: detail })
    }
    tell(Math.min(first + perCall, rows.length))
  }
  return report
}

function entryOf(row: readonly string[], { kind, columns }: Mapping): ProfileEntry {
  const entry: ProfileEntry & { set: { [name: string]: unknown } } = { set: {} }
  for (const [place, { target, name }] of columns.entries()) {
    const value = (row[place] ?? '').trim()
    if (value === '' || target === 'skip') continue
    if (target === 'key') entry.by = { kind, value }
    else if (target === 'attribute') entry.set[name] = value
    else {
      const add = value.split(/[,|]/).map((tag) => tag.trim())
      entry.tags = { add: add.filter((tag) => tag !== '') }
    }
  }
  return entry
}
