import { invalidField } from '../../core/errors.ts'

/** Which part of a list a call asks for (wire notes 1.5 and 1.6). */
export interface ListQuery {
  descending: boolean
  limit: number
  /** A cursor that an earlier page gave, or a time of old clients; null for the beginning. */
  since: string | null
  get(name: string): string | null
}

const limitDefault = 25
const limitMax = 500

/** @throws Fault naming the parameter that cannot be. */
export function readListQuery(query: string): ListQuery {
  const parameters = new URLSearchParams(query)
  // Clients with nothing to say send the name all the same, with nothing behind it.
  const order = (parameters.get('sortOrder') || 'desc').toLowerCase()
  // There is no page in the middle here: what goes both ways from nowhere begins with the newest.
  if (!['asc', 'desc', 'both'].includes(order)) {
    throw invalidField('sortOrder', 'must be asc, desc or both.')
  }
  const asked = parameters.get('limit')
  const limit = asked ? Number(asked) : limitDefault
  if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
    throw invalidField('limit', `must be a whole number from 1 to ${limitMax}.`)
  }
  return {
    descending: order !== 'asc',
    limit,
    since: parameters.get('since') || null,
    get: (name) => parameters.get(name),
  }
}
