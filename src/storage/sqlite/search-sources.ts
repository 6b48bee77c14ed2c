import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { ProfileId } from '../../core/profile.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import type { Row } from '../rows.ts'
import type { EventSource } from '../search/event-source.ts'
import { IdSet } from '../search/id-set.ts'
import type { IndexStretch, ProfileSource, TextPlace } from '../search/profile-source.ts'
import { SetCache } from '../search/set-cache.ts'
import { type Holder, holdersInOrder } from '../search/text-places.ts'
import { eventSource } from './event-source.ts'
import { idsBelow } from './event-statements.ts'
import * as sql from './search-statements.ts'

/** Behind every text there is: a byte that UTF-8 does not have. */
const behindAll = Buffer.from([0xff])

/**
 * What searching looks up in a file. Each look-up waits for a turn of the loop first, so that
 * searches which take long share the thread with those that do not.
 */
export function searchSources(db: DatabaseSync): ProfileSource & EventSource {
  const prepared = new Map<string, StatementSync>()
  const all = async (text: string, ...values: SQLInputValue[]): Promise<Row[]> => {
    await new Promise((turn) => setImmediate(turn))
    let statement = prepared.get(text)
    if (!statement) {
      statement = db.prepare(text)
      prepared.set(text, statement)
    }
    return statement.all(...values)
  }
  const sets = new SetCache()
  const ids = (rows: Row[]) => rows.map(({ id }) => id as ProfileId)
  return {
    state: async (workspaceId) => {
      const [row] = await all(sql.selectSearchState, workspaceId)
      if (!row) return null
      const settings = JSON.parse(row.settings as string) as Partial<WorkspaceSettings>
      const { indexedAttributes } = { ...defaultSettings, ...settings }
      const filling = JSON.parse(row.filling as string) as string[]
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
    byIds: (workspaceId, wanted) => {
      const possible = wanted.filter((id) => id > 0 && id < idsBelow)
      return all(sql.selectByIds, workspaceId, JSON.stringify(possible))
    },
    scan: (workspaceId, { after, skip, limit, ...how }) => {
      const start = after ?? (how.descending ? last : { at: -1, id: 0 })
      const id = Math.max(0, Math.min(start.id, idsBelow - 1))
      return all(sql.selectScan(how), workspaceId, start.at, id, limit, skip)
    },
    entered: (workspaceId, { kind, name, value }, { asOf }) => {
      const key = JSON.stringify([workspaceId, kind, name, value])
      return sets.get(key, asOf, async () => {
        return IdSet.ofRows(blocks(await all(sql.selectTerm, workspaceId, kind, name, value)))
      })
    },
    phoned: async (workspaceId, phone, { after, descending, limit }) => {
      const place = Math.max(0, Math.min(after ?? (descending ? idsBelow : 0), idsBelow - 1))
      const bounds = descending ? [0, place] : [place, idsBelow - 1]
      const text = descending ? sql.selectPhonedBack : sql.selectPhoned
      return ids(await all(text, workspaceId, phone, ...bounds, limit))
    },
    holding: (workspaceId, { above, below, text, ...how }) => {
      const bounds = [above, below].map((id) => Math.max(0, Math.min(id, idsBelow - 1)))
      return all(sql.selectHolding(how), workspaceId, ...bounds, text)
    },
    within: async (workspaceId, stretch, limit) => {
      const [text, values] = within(stretch)
      return ids(await all(text, workspaceId, ...values, limit))
    },
    texts: async (workspaceId, stretch, { after: { text, id }, limit }) => {
      const end = stretch.below ?? behindAll
      if (stretch.in === 'names') {
        const rows = await all(sql.selectNamesFrom, workspaceId, text, id, end, limit)
        return rows as unknown as TextPlace[]
      }
      const rows = await all(sql.selectHolders, workspaceId, stretch.kind, text, id, end, limit)
      return holdersInOrder(rows as unknown as Holder[], rows.length < limit)
    },
    renamed: (workspaceId, { above, upTo, holding }) =>
      all(sql.selectRenamedTo, workspaceId, above, upTo, holding),
    gaps: async (workspaceId) =>
      (await all(sql.selectGaps, workspaceId)) as { block: number; count: number }[],
    ...eventSource(all),
  }
}

const last = { at: Number.MAX_SAFE_INTEGER, id: idsBelow - 1 }

function blocks(rows: readonly Row[]): [number, Uint8Array][] {
  return rows.map(({ block, ids }) => [block as number, ids as Uint8Array])
}

function within(stretch: IndexStretch): [text: string, values: SQLInputValue[]] {
  switch (stretch.in) {
    case 'identifiers': {
      const { kind, from, below } = stretch
      return [sql.selectIdentifiersWithin, [kind, from, below ?? behindAll]]
    }
    case 'names':
      return [sql.selectNamesWithin, [stretch.from, stretch.below ?? behindAll]]
    case 'created':
      return [sql.selectCreatedWithin, [stretch.from, stretch.below]]
  }
}
