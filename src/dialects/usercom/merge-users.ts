import { type Asking, askCommand, askProfiles, askRecordsFound } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import type { FieldFault } from '../../core/errors.ts'
import { type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Profile, ProfileId } from '../../core/profile.ts'
import type { RecordWrite, StoredRecord } from '../../core/record.ts'
import { integer } from './coerce.ts'
import { COMPANY_MEMBER, LIST_MEMBER } from './kinds.ts'
import { assertNone, optional, readObject, requiredList, unknownPk } from './requests.ts'
import { keysOfId, shownId } from './shown-ids.ts'
import { versionOf } from './version.ts'

/**
 * `POST /users/merge/`: values come from the parent, then from the lowest id (wire notes 6.8). The
 * parent also takes over the places on lists and at companies.
 */
export const mergeEndpoint: AskingEndpoint = {
  method: 'POST',
  path: '/users/merge',
  scope: 'profiles:write',
  *ask(request) {
    const { parent, others } = readMerge(request)
    const [into] = yield* askProfiles({ keys: keysOfId(String(parent)) })
    if (!into) throw unknownPk('parent', parent)
    const from: Profile[] = []
    for (const id of others) {
      const [found] = yield* askProfiles({ keys: keysOfId(String(id)) })
      if (found && found.id !== into.id) from.push(found)
    }
    from.sort((a, b) => a.id - b.id)
    const records = yield* placesOf(
      from.map(({ id }) => id),
      into,
    )
    while (records.length > limits.recordsPerCommandMax) {
      const some = records.splice(0, limits.recordsPerCommandMax)
      yield* askCommand({ kind: 'write-records', records: some })
    }
    yield* askCommand({
      kind: 'merge-profiles',
      into: [{ profile: into.id }],
      from: from.map(({ id }) => [{ profile: id }]),
      ...(records.length > 0 && { records }),
    })
    return { status: 200, body: { success: true } }
  },
}

function readMerge(request: DialectRequest): { parent: number; others: JsonValue[] } {
  versionOf(request)
  const body = readObject(request.body)
  const faults: FieldFault[] = []
  const parent = optional(body, 'parent', integer, faults)
  if (own(body, 'parent') === undefined) {
    faults.push({ field: 'parent', message: 'This field is required.' })
  }
  // The vendor's text has one name, and its example the other.
  const field = own(body, 'users_list') === undefined ? 'user_list' : 'users_list'
  const isMissing = own(body, field) === undefined
  const name = isMissing ? 'users_list' : field
  const given = requiredList(body, name, limits.mergedPerCommandMax, faults)
  const others = given.map((id) => integer(id, name, faults) ?? 0)
  assertNone(faults)
  const wrong = [parent, ...others].find((id) => typeof id !== 'number' || id < 0)
  if (wrong !== undefined) throw unknownPk(wrong === parent ? 'parent' : name, wrong)
  return { parent: parent as number, others }
}

function* placesOf(going: readonly ProfileId[], into: Profile): Asking<RecordWrite[]> {
  if (going.length === 0) return []
  const held = yield* askRecordsFound({ subjects: [...going, into.id] })
  const has = new Set(held.filter(({ subject }) => subject === into.id).map(placeOf))
  const writes: RecordWrite[] = []
  for (const record of held) {
    const { kind, parent, subject, body, createdAt } = record
    if (kind !== LIST_MEMBER && kind !== COMPANY_MEMBER) continue
    if (subject === into.id || has.has(placeOf(record))) continue
    has.add(placeOf(record))
    const name = String(into.id)
    const kept = { user: shownId(into), since: body.since ?? createdAt }
    writes.push({ op: 'put', kind, parent, name, subject: into.id, body: kept })
  }
  return writes
}

function placeOf({ kind, parent }: StoredRecord): string {
  return `${kind} ${parent}`
}
