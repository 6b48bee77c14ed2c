import type { DialectCase } from '../../../core/dialect-case.ts'
import { documented, fieldFaults, search, upsert, version2 } from './requests.ts'

const anna = upsert({ user_id: 'u1', email: 'Anna@example.org', city: 'Oslo', plan: 'pro', age: 7 })
const bert = upsert({ user_id: 'u2', email: 'bert@example.com', city: 'Rome', age: 8.5 })

const found: [query: string, ids: string[]][] = [
  ['email__contains=example', ['u1', 'u2']],
  ['email__contains=Anna', ['u1']],
  ['email__contains=anna', []],
  ['email__icontains=ANNA', ['u1']],
  ['email__startswith=bert', ['u2']],
  ['city__icontains=%E2%82%AC%C3%97.', []],
  ['email__istartswith=an', ['u1']],
  ['email__endswith=.com', ['u2']],
  ['email__iendswith=.ORG', ['u1']],
  ['city=Oslo', ['u1']],
  ['city=Oslo/', ['u1']],
  ['plan=pro', ['u1']],
  ['PLAN=pro', ['u1']],
  ['plan=', []],
  ['age=7', ['u1']],
  ['age__gt=7', ['u2']],
  ['age__gte=7', ['u1', 'u2']],
  ['age__lt=8', ['u1']],
  ['age__lte=8.5', ['u1', 'u2']],
  ['age__gte=7&city=Rome', ['u2']],
  ['search=updated_at&min=1500000000', ['u1', 'u2']],
  ['search=first_seen', []],
]

export const searchesCases: DialectCase[] = [
  ...found.map(
    ([query, ids]): DialectCase => ({
      name: `?${query} finds ${ids.length === 0 ? 'nobody' : ids.join(' and ')}, as a page`,
      before: [anna, bert],
      request: search(query, version2),
      response: {
        status: 200,
        bodyHolds: {
          ...{ count: ids.length, next: null, previous: null },
          results: ids.map((id) => ({ custom_id: id })),
        },
      },
      events: [],
      ...(query.startsWith('email__contains') && {
        source: documented('users/find-user-by-email'),
      }),
    }),
  ),
  {
    name: 'a comparison with what is neither a number nor a date is refused',
    before: [anna],
    request: search('age__gt=old'),
    response: fieldFaults({ age: ['Enter a number or a date.'] }),
    events: [],
  },
]
