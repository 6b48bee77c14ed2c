import type { DialectRequest, DialectResponse } from '../../core/dialect.ts'
import type { JsonValue } from '../../core/json.ts'

export const pageLength = 100

/** A page out of range is a page that does not exist (wire notes 2.9). */
export const invalidPage: DialectResponse = { status: 404, body: { detail: 'Invalid page.' } }

export interface PageWanted {
  number: number
  offset: number
  limit: number
}

/** The page that `page=` asks for, the first without it; null for what is no page at all. */
export function pageWanted(page: string | undefined, limit = pageLength): PageWanted | null {
  if (page === undefined) return { number: 1, offset: 0, limit }
  const number = /^[1-9]\d{0,8}$/.test(page) ? Number(page) : 0
  return number === 0 ? null : { number, offset: (number - 1) * limit, limit }
}

/**
 * A page in the vendor's form: absolute addresses with page numbers, as recorded. Clients follow
 * them or read `page=` out, and some cut off the base they called, so that they begin with it.
 */
export function showPage(
  request: DialectRequest,
  { number, limit }: PageWanted,
  count: number,
  results: JsonValue[],
): DialectResponse {
  const pages = Math.max(Math.ceil(count / limit), 1)
  if (number > pages) return invalidPage
  const path = request.path.endsWith('/') ? request.path : `${request.path}/`
  const kept = request.query
    .split('&')
    .filter((pair) => pair !== '' && pair !== '/' && !/^page(=|$)/.test(pair))
    .map((pair) => pair.replace(/\/$/, ''))
  const address = (at: number) => `${request.baseUrl}${path}?${[...kept, `page=${at}`].join('&')}`
  const next = number < pages ? address(number + 1) : null
  const previous = number > 1 ? address(number - 1) : null
  return { status: 200, body: { count, next, previous, results } }
}

/** A page of what is all at hand. */
export function showSome(
  request: DialectRequest,
  page: string | undefined,
  all: readonly JsonValue[],
): DialectResponse {
  const wanted = pageWanted(page)
  if (!wanted) return invalidPage
  const { offset, limit } = wanted
  return showPage(request, wanted, all.length, all.slice(offset, offset + limit))
}
