import type { RecordAsk } from './known.ts'
import type { RecordPage } from './record.ts'

/** What a store without any records answers. */
export function withoutRecords(ask: RecordAsk): unknown {
  if ('record' in ask) return null
  if ('records' in ask) return []
  const none: RecordPage = { records: [], next: null, total: ask.recordPage.total ? 0 : null }
  return none
}
