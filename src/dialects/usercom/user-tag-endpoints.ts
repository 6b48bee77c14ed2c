import { type Asking, askCommand } from '../../core/ask.ts'
import type { Key } from '../../core/command.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import type { FieldFault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { findNamed } from './definitions.ts'
import { TAG } from './kinds.ts'
import { assertNone, done, noContent, readObject, required, requiredList } from './requests.ts'
import { onUser } from './user-paths.ts'
import { versionOf } from './version.ts'
import { writeUser } from './write-user.ts'

/** `{name}`: `created` tells whether the tag is new in the workspace (wire notes 10). */
const add = onUser('POST', '/add_tag', 'profiles:write', function* (request, keys) {
  const faults: FieldFault[] = []
  const name = required(readObject(request.body), 'name', limits.nameLengthMax, faults)
  assertNone(faults)
  const before = yield* findNamed([{ kind: TAG, name }])
  yield* addTags(request, keys, [name])
  const [tag] = yield* findNamed([{ kind: TAG, name }])
  if (!tag) throw new Error('The tag that was added is not there.')
  return { status: 200, body: { created: before.length === 0, tag: { name, id: tag.id } } }
})

const addMany = onUser('POST', '/add_many_tags', 'profiles:write', function* (request, keys) {
  const faults: FieldFault[] = []
  const listed = requiredList(
    readObject(request.body),
    'tag_names',
    limits.tagsPerProfileMax,
    faults,
  )
  const names = listed.map((name) =>
    required({ tag_names: name }, 'tag_names', limits.nameLengthMax, faults),
  )
  assertNone(faults)
  yield* addTags(request, keys, names)
  return done
})

/** Sent as DELETE with a body, and by `user_id` as POST. */
const remove = (method: 'POST' | 'DELETE') =>
  onUser(method, '/remove_tag', 'profiles:write', function* (request, keys) {
    versionOf(request)
    const faults: FieldFault[] = []
    const name = required(readObject(request.body), 'name', limits.nameLengthMax, faults)
    assertNone(faults)
    const changes = { set: {}, tags: { add: [], remove: [name] } }
    const refuse = { matchEmail: false, onMissing: 'refuse' } as const
    yield* askCommand({ kind: 'write-profile', keys, ...refuse, changes })
    return noContent
  })

function* addTags(request: DialectRequest, keys: Key[], names: string[]): Asking<void> {
  versionOf(request)
  const whom = { keys, matchEmail: false, onMissing: 'refuse' } as const
  const changes = { set: {}, tags: { add: names, remove: [] } }
  yield* writeUser(request, whom, { userId: undefined, company: undefined, changes }, 'create')
}

export const userTagEndpoints = [...add, ...addMany, ...remove('POST'), ...remove('DELETE')]
