import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'

/** What a list takes that is short enough to be at hand as a whole. */
export function shortPaging(most: number = limits.pageMax) {
  return {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: most,
        description: `a whole number from 1 to ${most}, which it is when left out`,
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 512, description: 'the next_cursor of the page before' }),
    ),
  }
}

/**
 * A page of a list that is at hand as a whole. The cursor is the name of the page's last entry.
 *
 * @throws Fault `invalid_field` for a cursor whose entry is not there, or not any more.
 */
export function pageOf<T>(
  all: readonly T[],
  nameOf: (entry: T) => string,
  { limit = limits.pageMax, cursor }: { limit?: number; cursor?: string },
): { page: T[]; next_cursor: string | null } {
  const before = cursor === undefined ? -1 : all.findIndex((entry) => nameOf(entry) === cursor)
  if (cursor !== undefined && before < 0) {
    throw invalidField(
      'cursor',
      'Must be the next_cursor of a page whose last entry is still there.',
    )
  }
  const page = all.slice(before + 1, before + 1 + limit)
  const last = page.at(-1)
  const isMore = before + 1 + page.length < all.length
  return { page, next_cursor: isMore && last !== undefined ? nameOf(last) : null }
}
