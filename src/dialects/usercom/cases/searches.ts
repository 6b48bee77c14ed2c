import type { DialectCase } from '../../../core/dialect-case.ts'
import { documented, fieldFaults, search, upsert, version2 } from './requests.ts'

const anna = upsert({ user_id: 'u1', email: 'Anna@example.org', city: 'Oslo', plan: 'pro', age: 7 })
const bert = upsert({ user_id: 'u2', email: 'bert@example.com', city: 'Rome', age: 8.5 })

const carl = upsert({
  ...{ user_id: 'u2', gender: 2, status: 2, score: 5, unsubscribed: true, notifications: false },
  ...{ first_name: 'Carl', phone_number: '+48 1', plan: 'c+d', seen: '2026-01-02T05:00:00Z' },
})

/** Among one who has no value and shows the default, and one who has another value. */
const foundByDefault: [query: string, ids: string[]][] = [
  ['gender=unknown', ['u1']],
  ['gender=1', ['u1']],
  ['gender=2', ['u2']],
  ['status=visitor', ['u1']],
  ['status__startswith=vis', ['u1']],
  ['status=2', ['u2']],
  ['score=0', ['u1']],
  ['score__gte=0', ['u1', 'u2']],
  ['score__lt=5', ['u1']],
  ['score__gt=%204', ['u2']],
  ['unsubscribed=false', ['u1']],
  ['unsubscribed=1', ['u2']],
  ['notifications=True', ['u1']],
  ['notifications=off', ['u2']],
  ['First%20name=Carl', ['u2']],
  ['plan=c+d', ['u2']],
  ['plan__contains=c+d', ['u2']],
  ['seen__gte=2026-01-02T06:00:00+01:00', ['u2']],
  ['seen__gt=2026-01-02T06:00:00+01:00', []],
  ['seen__lte=2026-01-02T05:00:00.000Z', ['u2']],
  ['seen__lte=2026-01-02', []],
]

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
  ...[
    ...found.map(([query, ids]) => ({ query, ids, second: bert })),
    ...foundByDefault.map(([query, ids]) => ({ query, ids, second: carl })),
  ].map(
    ({ query, ids, second }): DialectCase => ({
      name: `?${query} finds ${ids.length === 0 ? 'nobody' : ids.join(' and ')}, as a page`,
      before: [anna, second],
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
