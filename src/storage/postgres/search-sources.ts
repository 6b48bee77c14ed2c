import type { ProfileId } from '../../core/profile.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import type { Row } from '../rows.ts'
import type { EventSource } from '../search/event-source.ts'
import { IdSet } from '../search/id-set.ts'
import type { IndexStretch, ProfileSource, TextPlace } from '../search/profile-source.ts'
import { SetCache } from '../search/set-cache.ts'
import { type Holder, holdersInOrder } from '../search/text-places.ts'
import { eventSource } from './event-source.ts'
import * as sql from './search-statements.ts'
import type { Statement } from './transaction.ts'

export type Ask = (statement: Statement | string, values?: unknown[]) => Promise<Row[]>

/** Above every id, and exact. */
const idsBelow = Number.MAX_SAFE_INTEGER

/**
 * Behind every text there is, as no text may hold what is behind the last character of all; a few
 * of them in a row come behind whatever a caller makes of one.
 */
const behindAll = '\u{10ffff}'.repeat(300)

/** What searching looks up in a database. Between two answers everybody else has a turn. */
export function searchSources(ask: Ask): ProfileSource & EventSource {
  const sets = new SetCache()
  const ids = (rows: Row[]) => rows.map(({ id }) => id as ProfileId)
  return {
    state: async (workspaceId) => {
      const [row] = await ask(sql.selectSearchState, [workspaceId])
      if (!row) return null
      const settings = JSON.parse(row.settings as string) as Partial<WorkspaceSettings>
      const { indexedAttributes } = { ...defaultSettings, ...settings }
      const filling = (row.filling ?? []) as string[]
      // Nobody is entered, or taken out, without an event or one person more or less.
      const asOf = `${row.last_event_id} ${row.last_profile_id} ${row.profile_count}`
      return {
        asOf,
        living: row.profile_count as number,
        lastProfile: row.last_profile_id as number,
        indexed: indexedAttributes.filter((name) => !filling.includes(name)),
        lastEvent: row.last_event_id as number,
        namedTo: (row.named_to as number | null) ?? 0,
      }
    },
    byIds: (workspaceId, wanted) => ask(sql.selectByIds, [workspaceId, wanted]),
    scan: (workspaceId, { after, skip, limit, ...how }) => {
      const start = after ?? (how.descending ? { at: idsBelow, id: idsBelow } : { at: -1, id: 0 })
      const statement = sql.scans.get(sql.scanKey(how)) as Statement
      return ask(statement, [workspaceId, Math.round(start.at), start.id, limit, skip])
    },
    entered: (workspaceId, { kind, name, value }, { asOf }) => {
      const key = JSON.stringify([workspaceId, kind, name, value])
      return sets.get(key, asOf, async () => {
        const [row] = await ask(sql.selectTerm, [workspaceId, kind, name, value])
        return row?.ids ? IdSet.ofMaps(row.blocks as number[], row.ids as Buffer) : IdSet.empty
      })
    },
    phoned: async (workspaceId, phone, { after, descending, limit }) => {
      const bounds = descending ? [0, after ?? idsBelow] : [after ?? 0, idsBelow]
      const statement = descending ? sql.selectPhonedBack : sql.selectPhoned
      return ids(await ask(statement, [workspaceId, phone, ...bounds, limit]))
    },
    holding: (workspaceId, { above, below, text, ...how }) => {
      const statement = sql.holdings.get(sql.holdingKey(how)) as Statement
      return ask(statement, [workspaceId, above, below, text])
    },
    within: async (workspaceId, stretch, limit) => {
      const [statement, values] = within(stretch)
      return ids(await ask(statement, [workspaceId, ...values, limit]))
    },
    texts: async (workspaceId, stretch, { after: { text, id }, limit }) => {
      const end = stretch.below ?? behindAll
      if (stretch.in === 'names') {
        const rows = await ask(sql.selectNamesFrom, [workspaceId, text, id, end, limit])
        return rows as unknown as TextPlace[]
      }
      const rows = await ask(sql.selectHolders, [workspaceId, stretch.kind, text, id, end, limit])
      return holdersInOrder(rows as unknown as Holder[], rows.length < limit)
    },
    renamed: (workspaceId, { above, upTo, holding }) =>
      ask(sql.selectRenamedTo, [workspaceId, above, upTo, holding]),
    gaps: async (workspaceId) =>
      (await ask(sql.selectGaps, [workspaceId])) as { block: number; count: number }[],
    ...eventSource(ask),
  }
}

function within(stretch: IndexStretch): [statement: Statement, values: unknown[]] {
  switch (stretch.in) {
    case 'identifiers': {
      const { kind, from, below } = stretch
      return [sql.selectIdentifiersWithin, [kind, from, below ?? behindAll]]
    }
    case 'names':
      return [sql.selectNamesWithin, [stretch.from, stretch.below ?? behindAll]]
    case 'created':
      return [sql.selectCreatedWithin, [Math.round(stretch.from), Math.round(stretch.below)]]
  }
}
