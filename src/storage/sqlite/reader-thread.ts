import { parentPort, workerData } from 'node:worker_threads'
import { Fault } from '../../core/errors.ts'
import { SearchBudget } from '../search/search-budget.ts'
import { searchEvents } from '../search/search-events.ts'
import { searchProfiles } from '../search/search-profiles.ts'
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
  void answer(request).then((reply) => parentPort?.postMessage(JSON.stringify(reply)))
})

async function answer({ id, ask, budgetMs, now }: SearchRequest): Promise<SearchReply> {
  const budget = new SearchBudget(budgetMs, now)
  try {
    switch (ask.kind) {
      case 'profiles':
        return { id, page: await searchProfiles(source, ask.workspaceId, ask.query, budget) }
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
