import { type Asking, askRecordsFound } from '../../core/ask.ts'
import type { DialectRequest, WorkspaceView } from '../../core/dialect.ts'
import { type JsonObject, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { Profile, ProfileId } from '../../core/profile.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import type { Workspace } from '../../core/workspace.ts'
import { memberSince } from './company-records.ts'
import { type Definition, definitionKey, findNamed, readDefinition } from './definitions.ts'
import { ATTRIBUTE, bodyText, COMPANY_MEMBER, LIST_MEMBER, recordIdOf, TAG } from './kinds.ts'
import { customNames, dateTime, renderUser, type Shown } from './user-object.ts'
import { type Version, versionOf } from './version.ts'

/** Names that came by another way than this vendor's calls have no record of their own. */
const otherIdsFrom = 1_000_000_000

/** The user objects of these people, with what they belong to. */
export function showUsers(
  profiles: readonly Profile[],
  request: DialectRequest,
  view: WorkspaceView,
): Asking<JsonObject[]> {
  return showUsersAs(profiles, versionOf(request) as Version, request.workspace, view)
}

/** The same where there is no call. */
export function* showUsersAs(
  profiles: readonly Profile[],
  version: Version,
  workspace: Workspace,
  view: WorkspaceView,
): Asking<JsonObject[]> {
  if (profiles.length === 0) return []
  const names = namesOf(profiles)
  const subjects = profiles.map(({ id }) => id)
  const some = { subjects, names: names.slice(0, limits.pageMax) }
  const found = yield* askRecordsFound(some)
  found.push(...(yield* findNamed(names.slice(limits.pageMax))))
  const parents = yield* parentsOf(found)
  const { definition, tagId } = namesShown(found, view)
  return profiles.map((profile) => {
    const { companies, lists } = belongs(profile.id, found, parents)
    const shown: Shown = { definition, tagId, companies, lists }
    return renderUser(visible(profile, definition), version, workspace, shown)
  })
}

export function* showUser(
  profile: Profile,
  request: DialectRequest,
  view: WorkspaceView,
): Asking<JsonObject> {
  const [user] = yield* showUsers([profile], request, view)
  return user as JsonObject
}

function namesOf(profiles: readonly Profile[]) {
  const attributes = new Set(profiles.flatMap(customNames).filter((name) => name !== ''))
  const tags = new Set(profiles.flatMap((profile) => profile.tags))
  return [
    ...[...attributes].map((name) => definitionKey(name)),
    ...[...tags].map((name) => ({ kind: TAG, name })),
  ]
}

function namesShown(found: readonly StoredRecord[], view: WorkspaceView) {
  const tags = new Map<string, RecordId>()
  const definitions = new Map<string, Definition>()
  for (const record of found) {
    if (record.kind === TAG) tags.set(record.name ?? '', record.id)
    else if (record.kind === ATTRIBUTE) definitions.set(record.name ?? '', readDefinition(record))
  }
  return {
    tagId: onceEach((name) => tags.get(name) ?? otherIdsFrom + view.nameId('tag', name)),
    definition: onceEach((name): ReturnType<Shown['definition']> => {
      const known = definitions.get(definitionKey(name).name)
      return known ?? { id: otherIdsFrom + view.nameId('attribute', name), description: '' }
    }),
  }
}

/** Everybody on a page has the same few names. */
function onceEach<T>(look: (name: string) => T): (name: string) => T {
  const seen = new Map<string, T>()
  return (name) => {
    const known = seen.get(name)
    if (known !== undefined) return known
    const found = look(name)
    seen.set(name, found)
    return found
  }
}

/** Without the values of attributes that were deleted after they were set. */
function visible(profile: Profile, definition: Shown['definition']): Profile {
  const gone = customNames(profile).filter((name) => {
    const { deletedAt = 0 } = definition(name)
    return deletedAt > 0 && (own(profile.provenance, name)?.at ?? 0) <= deletedAt
  })
  if (gone.length === 0) return profile
  const left = Object.entries(profile.attributes).filter(([name]) => !gone.includes(name))
  return { ...profile, attributes: Object.fromEntries(left) }
}

function* parentsOf(found: readonly StoredRecord[]): Asking<Map<string, StoredRecord>> {
  const ids = new Set<RecordId>()
  for (const { kind, parent } of found) {
    const id = kind === LIST_MEMBER || kind === COMPANY_MEMBER ? recordIdOf(parent ?? '') : null
    if (id !== null) ids.add(id)
  }
  const all = [...ids]
  const parents = new Map<string, StoredRecord>()
  for (let at = 0; at < all.length; at += limits.pageMax) {
    const some = yield* askRecordsFound({ ids: all.slice(at, at + limits.pageMax) })
    for (const record of some) parents.set(String(record.id), record)
  }
  return parents
}

function belongs(
  subject: ProfileId,
  found: readonly StoredRecord[],
  parents: ReadonlyMap<string, StoredRecord>,
): { companies: JsonObject[]; lists: JsonObject[] } {
  const companies: JsonObject[] = []
  const lists: JsonObject[] = []
  for (const membership of found) {
    const parent = parents.get(membership.parent ?? '')
    if (membership.subject !== subject || !parent) continue
    const { id } = parent
    const name = bodyText(parent, 'name')
    if (membership.kind === LIST_MEMBER) {
      lists.push({ id, name, description: bodyText(parent, 'description') ?? '' })
    } else companies.push({ member_since: dateTime(memberSince(membership)), id, name })
  }
  return { companies, lists }
}
