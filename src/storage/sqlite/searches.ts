import type { DatabaseSync } from 'node:sqlite'
import { shownProfileFromJson } from '../applied-json.ts'
import type { QueryStore } from '../query-store.ts'
import type { RecordStore } from '../record-store.ts'
import { eventFromRow, type Row } from '../rows.ts'
import { assertRecordQuery, recordPage } from '../search/list-records.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { ReadQueue } from './read-queue.ts'
import { RecordReader } from './record-reader.ts'

/** What is asked of the reading thread, and the index work of the writing one. */
export function searches(
  db: DatabaseSync,
  reads: ReadQueue,
  queue: CommitQueue,
): QueryStore & RecordStore {
  const recordReader = new RecordReader(db)
  return {
    queryProfiles: async (workspaceId, query) => {
      const { page } = await reads.ask({ kind: 'profiles', workspaceId, query })
      const { profiles, next, total } = answered(page)
      return { profiles: profiles.map(shownProfileFromJson), next, total }
    },
    queryProfileIds: async (workspaceId, query) => {
      const { ids } = await reads.ask({ kind: 'profile-ids', workspaceId, query })
      return answered(ids)
    },
    queryEvents: async (workspaceId, query) => {
      const { events } = await reads.ask({ kind: 'events', workspaceId, query })
      const { rows, more } = answered(events)
      return { events: rows.map(eventFromRow), more }
    },
    fillIndexes: async (stop) => {
      for (let profiles = 0; ; ) {
        if (stop?.aborted) return { profiles }
        const some = await queue.fillSome()
        profiles += some.profiles
        if (!some.left) return { profiles }
      }
    },
    findRecord: async (workspaceId, kind, key) => recordReader.find(workspaceId, kind, key),
    findRecords: async (workspaceId, wanted) => recordReader.findSome(workspaceId, wanted),
    listRecords: async (workspaceId, query) => {
      assertRecordQuery(query)
      const { records } = await reads.ask({ kind: 'records', workspaceId, query })
      const { rows, total } = answered<{ rows: Row[]; total: number | null }>(records)
      return recordPage(query, rows, total)
    },
  }
}

function answered<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('The reading thread answered something else.')
  return part
}
