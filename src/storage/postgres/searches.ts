import type pg from 'pg'
import type { Profile, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { QueryStore } from '../query-store.ts'
import type { RecordStore } from '../record-store.ts'
import { eventFromRow, profileFromRow } from '../rows.ts'
import { SearchBudget } from '../search/search-budget.ts'
import { searchEvents } from '../search/search-events.ts'
import { searchProfiles } from '../search/search-profiles.ts'
import { fillIndexes } from './fill-indexes.ts'
import { findRecord, findRecords, listRecords } from './record-reader.ts'
import { type Ask, searchSources } from './search-sources.ts'

interface SearchOptions {
  pool: pg.Pool
  ask: Ask
  clock: () => number
  budgetMs: number
  /** Sees to it that the numbers of names on these profiles are known. */
  prepare(workspaceId: WorkspaceId, profiles: Profile[]): Promise<void>
}

/** What is asked about many profiles, events or records at once. */
export function searches(options: SearchOptions): QueryStore & RecordStore {
  const { pool, ask, clock, budgetMs, prepare } = options
  const source = searchSources(ask)
  return {
    queryProfiles: async (workspaceId, query) => {
      const budget = new SearchBudget(budgetMs, clock())
      const { rows, next, total } = await searchProfiles(source, workspaceId, query, budget)
      const profiles = rows.map(profileFromRow)
      await prepare(workspaceId, profiles)
      return { profiles, next, total }
    },
    queryProfileIds: async (workspaceId, query) => {
      const budget = new SearchBudget(budgetMs, clock())
      const page = await searchProfiles(source, workspaceId, query, budget, 'ids')
      const { rows, next, total } = page
      return { ids: rows.map(({ id }) => id as ProfileId), next, total }
    },
    queryEvents: async (workspaceId, query) => {
      const budget = new SearchBudget(budgetMs, clock())
      const { rows, more } = await searchEvents(source, workspaceId, query, budget)
      return { events: rows.map(eventFromRow), more }
    },
    fillIndexes: (stop) => fillIndexes(pool, stop),
    findRecord: (workspaceId, kind, key) => findRecord(ask, workspaceId, kind, key),
    findRecords: (workspaceId, wanted) => findRecords(ask, workspaceId, wanted),
    listRecords: (workspaceId, query) => listRecords(ask, workspaceId, query),
  }
}
