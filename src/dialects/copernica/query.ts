import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/** The parameters behind `?`, for calls on lists. The token is not among them. */
export interface ListQuery {
  /** Expressions of `fields[]`, in whatever way the name was encoded; empty ones left out. */
  fields: string[]
  /** Whether any `fields` parameter was there, be it empty. */
  hasFields: boolean
  get(name: string): string | undefined
  /** Whether a flag is on; `otherwise` where it is not given. */
  flag(name: string, otherwise: boolean): boolean
}

const expressionsMax = 50

/** @throws Fault `invalid_field` for more expressions than there may be. */
export function readQuery(query: string): ListQuery {
  const given = new Map<string, string>()
  const fields: string[] = []
  let hasFields = false
  for (const [name, value] of new URLSearchParams(query)) {
    if (/^fields(\[\w*\])?$/.test(name)) {
      hasFields = true
      if (value.trim() !== '') fields.push(value)
    } else given.set(name, value)
  }
  if (fields.length > expressionsMax) {
    throw new Fault('invalid_field', {
      message: `URL parameter fields may be there ${expressionsMax} times at most`,
    })
  }
  const get = (name: string) => given.get(name)
  return { fields, hasFields, get, flag: (name, otherwise) => truth(given.get(name), otherwise) }
}

function truth(value: string | undefined, otherwise: boolean): boolean {
  return value === undefined ? otherwise : isTrue(value)
}

/** The vendor's rule (wire notes 3.3): yes, true, or a number that is not less than one. */
export function isTrue(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Math.abs(value) >= 1
  if (typeof value !== 'string') return false
  if (/^\s*(yes|true)\s*$/i.test(value)) return true
  return value.trim() !== '' && Math.abs(Number(value)) >= 1
}

const orderMs = 3_600_000

/**
 * What decides a random order. The vendor's is another each time; ours is another every hour, so
 * that the pages of one list fit together.
 */
export function randomSeed(now: number): number {
  return Math.floor(now / orderMs)
}

/** Which part of a list is asked for, with the numbers as they are shown again. */
export interface PageWanted {
  start: number
  limit: number
  /** Whether there is anything in it at all. */
  isEmpty: boolean
  total: boolean
}

/** Whether a part is asked for, by lists of IDs, which are whole otherwise. */
export function isPart(query: ListQuery): boolean {
  return query.get('start') !== undefined || query.get('limit') !== undefined
}

const limitDefault = 100

/** Wire notes 3.3: a hundred unless said otherwise, a thousand at most. */
export function readPage(query: ListQuery): PageWanted {
  const start = wholeOf(query.get('start'), 0)
  const asked = wholeOf(query.get('limit'), limitDefault)
  const limit = Math.min(asked, limits.pageMax)
  return { start, limit, isEmpty: start < 0 || limit < 1, total: query.flag('total', true) }
}

/** As PHP reads a number: what is none is 0, and what nobody can mean is cut off. */
function wholeOf(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  const number = Math.trunc(Number.parseFloat(text))
  return Number.isFinite(number) ? Math.max(Math.min(number, 2 ** 48), -1) : 0
}
