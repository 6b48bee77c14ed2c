import { type Asking, askRecord } from '../../core/ask.ts'
import type { DialectRequest } from '../../core/dialect.ts'
import { invalidField } from '../../core/errors.ts'
import { own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { bodyText, LIST, LIST_MEMBER, recordIdOf } from './kinds.ts'
import { noContent, readObject, unknownPk } from './requests.ts'
import { findUser, onUser } from './user-paths.ts'
import { versionOf } from './version.ts'
import { join, leave } from './write-user.ts'

/** `{list: <id>}`: whoever is on it stays on it. */
const add = onUser('POST', '/add_to_list', 'profiles:write', function* (request, keys) {
  versionOf(request)
  const profile = yield* findUser(keys)
  const list = yield* listNamed(request)
  yield* join(LIST_MEMBER, list, profile, { type: 'list.joined', attributes: told(list) })
  return { status: 200, body: { id: list.id } }
})

/** Sent as DELETE with a body, and by `user_id` as POST. */
const remove = (method: 'POST' | 'DELETE') =>
  onUser(method, '/remove_from_list', 'profiles:write', function* (request, keys) {
    versionOf(request)
    const profile = yield* findUser(keys)
    const list = yield* listNamed(request)
    yield* leave(LIST_MEMBER, list, profile, { type: 'list.left', attributes: told(list) })
    return noContent
  })

/** @throws Fault `invalid_field` when the body names no list there is. */
function* listNamed(request: DialectRequest): Asking<StoredRecord> {
  const asked = own(readObject(request.body), 'list')
  if (asked === undefined) throw invalidField('list', 'This field is required.')
  const id = typeof asked === 'number' || typeof asked === 'string' ? recordIdOf(`${asked}`) : null
  const list = id === null ? null : yield* askRecord(LIST, { id })
  if (!list) throw unknownPk('list', asked)
  return list
}

function told(list: StoredRecord) {
  return { id: list.id, name: bodyText(list, 'name') }
}

export const userListEndpoints = [...add, ...remove('POST'), ...remove('DELETE')]
