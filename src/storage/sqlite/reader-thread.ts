import { parentPort, workerData } from 'node:worker_threads'
import { Fault } from '../../core/errors.ts'
import type { ProfileId } from '../../core/profile.ts'
import { profileTextOfRow } from '../applied-json.ts'
import { SearchBudget } from '../search/search-budget.ts'
import { searchEvents } from '../search/search-events.ts'
import { type RowPage, searchProfiles } from '../search/search-profiles.ts'
import { openDatabase } from './open-database.ts'
import { listRecords } from './record-reader.ts'
import { searchSources } from './search-sources.ts'
import { faultToJson, type SearchReply, type SearchRequest } from './thread-messages.ts'

/**
 * The thread that answers what may have to read much. Requests share it by turns, each a batch at a
 * time; replies come in the order in which they are done.
 */
const { path } = workerData as { path: string }
const db = openDatabase(path, 'read')
const source = searchSources(db)

parentPort?.on('message', (text: string) => {
  const request = JSON.parse(text) as SearchRequest
  void answer(request).then((text) => parentPort?.postMessage(text))
})

/** A `SearchReply` as text. */
async function answer(request: SearchRequest): Promise<string> {
  const reply = await replyTo(request)
  if (!('found' in reply)) return JSON.stringify(reply)
  const { rows, next, total } = reply.found
  // What is JSON in its row stays as it is: no parsing here, and no text within a text.
  const profiles = `[${rows.map(profileTextOfRow).join(',')}]`
  const rest = JSON.stringify({ next, total }).slice(1)
  return `{"id":${reply.id},"page":{"profiles":${profiles},${rest}}`
}

type Reply = SearchReply | { id: number; found: RowPage }

async function replyTo({ id, ask, budgetMs, now }: SearchRequest): Promise<Reply> {
  const budget = new SearchBudget(budgetMs, now)
  try {
    switch (ask.kind) {
      case 'profiles':
        return { id, found: await searchProfiles(source, ask.workspaceId, ask.query, budget) }
      case 'profile-ids': {
        const page = await searchProfiles(source, ask.workspaceId, ask.query, budget, 'ids')
        const { rows, next, total } = page
        return { id, ids: { ids: rows.map((row) => row.id as ProfileId), next, total } }
      }
      case 'events':
        return { id, events: await searchEvents(source, ask.workspaceId, ask.query, budget) }
      case 'records':
        return { id, records: listRecords(db, ask.workspaceId, ask.query) }
    }
  } catch (error) {
    const fault = error instanceof Fault ? error : new Fault('internal', { cause: error })
    return { id, fault: faultToJson(fault) }
  }
}
