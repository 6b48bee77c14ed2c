import { type Asking, askRecords } from '../../core/ask.ts'
import type { DialectRequest, DialectResponse } from '../../core/dialect.ts'
import type { JsonObject } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { invalidPage, pageWanted, showPage } from './paging.ts'
import { parameters } from './query.ts'
import { versionOf } from './version.ts'

/** A page of records of a kind, by their ids. */
export function* showRecords(
  request: DialectRequest,
  kind: string,
  show: (record: StoredRecord) => JsonObject,
  parent: string | null = null,
): Asking<DialectResponse> {
  versionOf(request)
  const page = pageWanted(parameters(request.query).get('page')?.text)
  if (!page) return invalidPage
  const { offset, limit } = page
  const found = yield* askRecords({ kind, parent, page: { offset, limit }, total: true })
  return showPage(request, page, found.total ?? 0, found.records.map(show))
}
