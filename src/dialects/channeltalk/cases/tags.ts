import type { DialectCase } from '../../../core/dialect-case.ts'
import type { JsonValue } from '../../../core/json.ts'
import { lead, member, ok, patch, post, put, refused } from './expected.ts'

const twenty = Array.from({ length: 20 }, (_, n) => `tag${n}`)

export const tagCases: DialectCase[] = [
  tagged('a list replaces all tags', ['c'], ['c']),
  tagged('tags are lower case', ['VIP', 'Été'], ['vip', 'été']),
  tagged('a tag given twice is one', ['c', 'C', 'c'], ['c']),
  tagged('tags of any script and with slashes are kept', ['삼산구매/옷장'], ['삼산구매/옷장']),
  tagged('twenty tags are allowed', twenty, twenty),
  tagged('doubles do not count', [...twenty, 'TAG0', 'tag1'], twenty),
  tagged('null takes all tags away', null, undefined),
  tagged('an empty list takes all tags away', [], undefined),
  {
    name: 'tags: the same ones in another order are no change',
    before: [put({ tags: ['a', 'b'] })],
    request: patch({ tags: ['B', 'a'] }),
    response: ok(member({ tags: ['a', 'b'] })),
    events: [],
  },
  {
    name: 'tags: null where there are none is no change',
    before: [post({ profile: {} })],
    request: patch({ tags: null }),
    response: ok(lead()),
    events: [],
  },
  {
    name: 'tags: they are not part of the profile',
    before: [put({ tags: ['a'] })],
    request: patch({ profile: { tags: ['b'] } }),
    response: ok(member({ tags: ['a'], profile: { tags: ['b'] }, version: 2 })),
    events: [{ type: 'profile.updated', changed: ['tags'] }],
  },
  wrong('twenty-one are too many', [...twenty, 'one more']),
  wrong('text is no list', 'vip'),
  wrong('an object is no list', { 0: 'vip' }),
  wrong('a number is no tag', ['vip', 1]),
  wrong('null is no tag', [null]),
  wrong('a list is no tag', [['vip']]),
  wrong('a tag is not empty', ['']),
  wrong('a tag is not blank', ['  ']),
  wrong('a tag is not longer than 128 characters', ['x'.repeat(129)]),
]

function tagged(name: string, sent: JsonValue, shown: string[] | undefined): DialectCase {
  return {
    name: `tags: ${name}`,
    before: [put({ tags: ['a', 'b'] })],
    request: patch({ tags: sent }),
    response: ok(member({ tags: shown, version: 2 })),
    events: [{ type: 'profile.updated', subject: true, changed: ['tags'] }],
  }
}

function wrong(name: string, sent: JsonValue): DialectCase {
  return {
    name: `tags: ${name}`,
    before: [put({ tags: ['a'] })],
    request: patch({ tags: sent, profile: { plan: 'lost' } }),
    response: refused(422, 'invalidField', 'tags'),
    events: [],
  }
}
