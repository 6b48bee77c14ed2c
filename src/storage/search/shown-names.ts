import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { displayName, shownNameAttributes } from '../../core/profile.ts'
import { foldName, type ProfileQuery } from '../../core/profile-query.ts'
import { candidateFromRow, type Row } from '../rows.ts'
import type { ProfileSource, SearchState, TextPlace } from './profile-source.ts'
import { cut } from './profile-terms.ts'
import type { SearchBudget } from './search-budget.ts'
import { comparePlaces } from './walk-texts.ts'

/** Events looked through in one go for whom they renamed. */
const eventsRead = 2_000

/** Events of one transaction that may have renamed somebody: others wait for it. */
export const renamesMax = 250

/** UTF-16 code units of a shown name that are entered: enough to leave few. */
const lengthMax = 24

/** What a shown name, or the beginning of one, is entered under. */
export function nameEntry(name: string): string {
  return cut(foldName(name), lengthMax)
}

/** What a profile is entered under; null where nobody is to find it by its name. */
export function nameEntryOf(row: Row): string | null {
  if (row.removed_at !== null) return null
  const shown = displayName(candidateFromRow(row, true))
  return shown === undefined ? null : nameEntry(shown)
}

/** Events after which a person is found by other names, whatever changed. */
const comingsAndGoings = ['removed', 'erased', 'absorbed', 'restored', 'merged', 'unmerged']
const types = comingsAndGoings.map((what) => `'profile.${what}'`).join(', ')

/**
 * The condition that an event may have changed a shown name. `find` is the engine's function of a
 * text within another; where a value looks like a change, somebody is looked at in vain.
 */
export function mayRename(find: 'instr' | 'strpos'): string {
  const named = shownNameAttributes.map((name) => `${find}(changes, '"name":"${name}"') > 0`)
  return `subject IS NOT NULL AND (type IN (${types}) OR ${named.join(' OR ')})`
}

/** Letters that become ASCII when they are folded: the sign of Kelvin, an I with a dot. */
const foldedToAscii = ['\u212a', '\u0130']

/** The condition that a column of JSON may hold a text of ASCII in small letters, in any case. */
export function mayHold(find: 'instr' | 'strpos', column: string, text: string): string {
  const others = foldedToAscii.map((letter) => `${find}(${column}, '${letter}') > 0`)
  return `(${find}(lower(${column}), ${text}) > 0 OR ${others.join(' OR ')})`
}

/** Whoever is called as a query asks and was renamed since names were entered, in order. */
export async function findRenamed(
  search: {
    source: ProfileSource
    workspaceId: WorkspaceId
    state: SearchState
    budget: SearchBudget
  },
  { filter, include = 'living' }: ProfileQuery,
): Promise<TextPlace[]> {
  const { source, workspaceId, state, budget } = search
  if (filter?.name === undefined || include !== 'living') return []
  const beginning = nameEntry(filter.name)
  // As it stands in attributes but for its case; what follows may be another attribute's.
  const holding = /^[\w@.-]*/.exec(beginning)?.[0] ?? ''
  const found = new Map<ProfileId, string>()
  for (let above = state.namedTo; above < state.lastEvent; above += eventsRead) {
    const upTo = Math.min(above + eventsRead, state.lastEvent)
    const rows = await source.renamed(workspaceId, { above, upTo, holding })
    budget.spend(rows.length)
    for (const row of rows) {
      const text = nameEntryOf(row)
      if (text?.startsWith(beginning)) found.set(row.id as ProfileId, text)
    }
  }
  return [...found].map(([id, text]) => ({ text, id })).sort(comparePlaces)
}
