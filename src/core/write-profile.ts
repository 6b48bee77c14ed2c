import { changeAttributes, type Writer } from './change-attributes.ts'
import { type Changes, type IfVersion, type Key, namedEmail, type WriteIntent } from './command.ts'
import type { ProfileWrite } from './decision.ts'
import type { Drafts } from './drafts.ts'
import { Fault } from './errors.ts'
import type { Change, Dropped, FoundBy } from './event.ts'
import { own } from './json.ts'
import { limits } from './limits.ts'
import {
  EMAIL,
  emailIdentifier,
  hasIdentifier,
  type Identifier,
  identifierOf,
  MERGED_PROFILE,
  type Profile,
  type ProfileId,
} from './profile.ts'
import type { WorkspaceSettings } from './workspace.ts'

export interface WriteResult {
  /** null when nobody was found and nobody may be created. */
  profile: Profile | null
  foundBy: FoundBy
  changes: Change[]
  dropped: Dropped[]
  /** Identifiers that others lost to it. */
  takenOver: { from: ProfileWrite; change: Change }[]
}

/**
 * Finds or creates the profile an intent is about and changes it, in the drafts only (design 3.1
 * and 3.2). The version is raised by exactly one when something changed.
 *
 * @throws Fault `profile_not_found`, `precondition_failed` when it has another version than the
 *   intent says, or `conflict` when another profile holds an identifier that it is to have; before
 *   anything was changed.
 */
export function writeProfile(
  drafts: Drafts,
  intent: WriteIntent,
  writer: Writer,
  settings: WorkspaceSettings,
): WriteResult {
  const { changes, ignored } = withoutUnknown(drafts, intent.changes, settings)
  const dropped: Dropped[] = [...(changes.dropped ?? []), ...ignored]
  const email = namedEmail(changes)
  const held = [...(changes.identify ?? []), ...(changes.link ?? [])]
  const named = [...keyIdentifiers(intent.keys), ...held]
  drafts.require(email ? [...named, email] : named)

  const { profile, foundBy } = resolve(drafts, intent, email, settings)
  if (profile === null && intent.onMissing === 'refuse') throw new Fault('profile_not_found')
  if (wasRemovedLater(drafts, email ? [...named, email] : named, writer)) {
    dropped.push(...names(changes).map((name) => ({ name, reason: 'older_than_removal' as const })))
    return { profile, foundBy, changes: [], dropped, takenOver: [] }
  }
  assertVersion(intent.ifVersion, profile)
  const takeOver = intent.onConflict === 'take_over'
  // With `merge` there is nobody else left who holds one.
  if (!takeOver) assertFree(drafts, held, profile)
  const takenOver = takeOver ? takeFromOthers(drafts, held, profile, writer) : []

  const write = profile ? drafts.edit(profile) : drafts.create()
  const draft = write.profile
  const result = changeAttributes(draft, changes, writer)
  const made = [...result.changes]
  made.push(...changeTags(draft, changes, dropped))
  made.push(...disown(drafts, write, changes.disown ?? []))
  made.push(...identify(drafts, write, changes.identify ?? []))
  made.push(...link(drafts, write, changes.link ?? [], dropped))
  followEmail(drafts, write)
  dropped.push(...result.dropped)
  if (result.touched || made.length > 0) write.dirty = true
  if (made.length > 0 || foundBy === 'created') {
    draft.version += 1
    draft.updatedAt = Math.max(writer.now, draft.updatedAt)
  }
  return { profile: draft, foundBy, changes: made, dropped, takenOver }
}

/** @throws Fault `precondition_failed` when a version was asked for and this is not it. */
export function assertVersion(wanted: IfVersion | undefined, profile: Profile | null): void {
  if (wanted === undefined || profile?.version === wanted) return
  if (wanted === '*' && profile) return
  const has = profile ? `has version ${profile.version}` : 'does not exist'
  const not = wanted === '*' ? '' : `, not version ${wanted}`
  throw new Fault('precondition_failed', { message: `The profile ${has}${not}.` })
}

/** The first living profile that a key finds. */
export function findByKeys(drafts: Drafts, keys: readonly Key[]): Profile | null {
  drafts.require(keyIdentifiers(keys))
  for (const key of keys) {
    const found = 'identifier' in key ? drafts.owner(key.identifier) : findById(drafts, key)
    if (found) return found
  }
  return null
}

/** The living profile with this id, or else the one it was merged into. */
function findById(drafts: Drafts, key: Extract<Key, { profile: ProfileId }>): Profile | null {
  const { profile: id, createdSecond: second } = key
  const found = drafts.profile(id)
  if (!found) return drafts.owner({ kind: MERGED_PROFILE, value: String(id) })
  return second === undefined || Math.floor(found.createdAt / 1000) === second ? found : null
}

function resolve(
  drafts: Drafts,
  intent: WriteIntent,
  email: Identifier | null,
  settings: WorkspaceSettings,
): { profile: Profile | null; foundBy: FoundBy } {
  const byKey = findByKeys(drafts, intent.keys)
  if (byKey) return { profile: byKey, foundBy: 'key' }
  if (intent.matchEmail && settings.emailMatching && email) {
    const owner = drafts.owner(email)
    if (owner && !contradicts(owner, intent.changes.identify ?? [])) {
      return { profile: owner, foundBy: 'email' }
    }
  }
  return { profile: null, foundBy: 'created' }
}

/**
 * A profile that has another `user_id`, or another id of the same vendor, is another person,
 * whatever the address says.
 */
function contradicts(owner: Profile, identify: readonly Identifier[]): boolean {
  return identify.some((asked) => {
    const shown = identifierOf(owner, asked.kind)
    return shown !== undefined && !hasIdentifier(owner.identifiers, asked)
  })
}

export function keyIdentifiers(keys: readonly Key[]): Identifier[] {
  const identifiers: Identifier[] = []
  for (const key of keys) if ('identifier' in key) identifiers.push(key.identifier)
  return identifiers
}

function names({ set, setOnce, increment, add, remove }: Changes): string[] {
  const maps = [set, setOnce, increment, add, remove]
  return [...new Set(maps.flatMap((named) => Object.keys(named ?? {})))]
}

/** An event older than a person's removal may not bring the person or old values back. */
function wasRemovedLater(drafts: Drafts, named: readonly Identifier[], writer: Writer): boolean {
  const { occurredAt } = writer
  if (occurredAt === undefined) return false
  return named.some((identifier) => (drafts.removedAt(identifier) ?? -1) >= occurredAt)
}

function assertFree(
  drafts: Drafts,
  identify: readonly Identifier[],
  profile: Profile | null,
): void {
  for (const identifier of identify) {
    const owner = drafts.owner(identifier)
    if (owner === null || owner.id === profile?.id) continue
    throw new Fault('conflict', {
      message: `Another profile (${owner.id}) has this ${identifier.kind}.`,
      profile: owner.id,
      fields: [{ field: identifier.kind, message: 'This value is already taken.' }],
    })
  }
}

/** Whoever holds one of the identifiers gives it up: a change and a version of its own. */
function takeFromOthers(
  drafts: Drafts,
  identify: readonly Identifier[],
  profile: Profile | null,
  writer: Writer,
): WriteResult['takenOver'] {
  const others = identify.flatMap((identifier) => {
    const owner = drafts.owner(identifier)
    return owner === null || owner.id === profile?.id ? [] : [{ identifier, owner }]
  })
  const wanted = others.map(({ identifier }) => identifier)
  drafts.require(wanted, 'all')
  return others.map(({ identifier, owner }) => {
    const from = drafts.edit(owner)
    drafts.release(from, identifier)
    from.dirty = true
    from.profile.version += 1
    from.profile.updatedAt = Math.max(writer.now, from.profile.updatedAt)
    const { kind, value } = identifier
    return { from, change: { name: kind, of: 'identifier', from: value, to: null } }
  })
}

function withoutUnknown(
  drafts: Drafts,
  changes: Changes,
  settings: WorkspaceSettings,
): { changes: Changes; ignored: Dropped[] } {
  const { unknown } = changes
  if (!unknown || unknown.length === 0 || settings.unknownKeys === 'create') {
    return { changes, ignored: [] }
  }
  const set = { ...changes.set }
  const setOnce = { ...changes.setOnce }
  const increment = { ...changes.increment }
  const add = { ...changes.add }
  const remove = { ...changes.remove }
  const ignored: Dropped[] = []
  for (const name of unknown) {
    if (settings.unknownKeys === 'existing-only' && drafts.hasAttributeName(name)) continue
    for (const named of [set, setOnce, increment, add, remove]) delete named[name]
    ignored.push({ name, reason: 'unknown_attribute' })
  }
  return { changes: { ...changes, set, setOnce, increment, add, remove }, ignored }
}

function changeTags(profile: Profile, changes: Changes, dropped: Dropped[]): Change[] {
  if (!changes.tags) return []
  const from = profile.tags
  const asked = new Set('replace' in changes.tags ? changes.tags.replace : from)
  if ('add' in changes.tags) {
    for (const tag of changes.tags.add) asked.add(tag)
    for (const tag of changes.tags.remove) asked.delete(tag)
  }
  const to = [...asked].slice(0, limits.tagsPerProfileMax)
  if (to.length < asked.size) dropped.push({ name: 'tags', reason: 'too_many_tags' })
  const before = new Set(from)
  if (to.length === from.length && to.every((tag) => before.has(tag))) return []
  profile.tags = to
  return [{ name: 'tags', of: 'tags', from, to }]
}

function disown(drafts: Drafts, write: ProfileWrite, kinds: readonly string[]): Change[] {
  return kinds.flatMap((kind): Change[] => {
    const value = identifierOf(write.profile, kind)
    if (value === undefined) return []
    drafts.release(write, { kind, value })
    return [{ name: kind, of: 'identifier', from: value, to: null }]
  })
}

function identify(drafts: Drafts, write: ProfileWrite, wanted: readonly Identifier[]): Change[] {
  const changes: Change[] = []
  for (const identifier of wanted) {
    // One that came with another profile is as good as the one to show.
    if (hasIdentifier(write.profile.identifiers, identifier)) continue
    const from = identifierOf(write.profile, identifier.kind) ?? null
    if (from !== null) drafts.release(write, { kind: identifier.kind, value: from })
    drafts.claim(write, identifier)
    showFirst(write.profile, identifier)
    changes.push({ name: identifier.kind, of: 'identifier', from, to: identifier.value })
  }
  return changes
}

/** Beside those it has, where it does not have too many of them. */
function link(
  drafts: Drafts,
  write: ProfileWrite,
  wanted: readonly Identifier[],
  dropped: Dropped[],
): Change[] {
  return wanted.flatMap((identifier): Change[] => {
    const { kind, value } = identifier
    if (hasIdentifier(write.profile.identifiers, identifier)) return []
    const others = write.profile.identifiers.filter((held) => held.kind === kind)
    if (others.length >= limits.linkedIdentifiersMax) {
      dropped.push({ name: kind, reason: 'too_many_identifiers' })
      return []
    }
    drafts.claim(write, identifier)
    return [{ name: kind, of: 'identifier', from: null, to: value }]
  })
}

/** Keeps the `email` identifier in step with the attribute, which may also have been cleared. */
function followEmail(drafts: Drafts, write: ProfileWrite): void {
  const wanted = emailIdentifier(own(write.profile.attributes, EMAIL))
  const held = identifierOf(write.profile, EMAIL)
  if (wanted?.value === held) return
  const addresses = write.profile.identifiers.filter(({ kind }) => kind === EMAIL)
  const old = wanted ? addresses.slice(0, 1) : addresses
  drafts.require(old)
  for (const identifier of old) drafts.release(write, identifier)
  if (!wanted) return
  if (!hasIdentifier(write.profile.identifiers, wanted)) drafts.claim(write, wanted)
  showFirst(write.profile, wanted)
}

/** Who was merged with others may have several identifiers of a kind; the first is shown. */
function showFirst(profile: Profile, { kind, value }: Identifier): void {
  const { identifiers } = profile
  const first = identifiers.findIndex((held) => held.kind === kind)
  const at = identifiers.findIndex((held) => held.kind === kind && held.value === value)
  if (at > first) identifiers.splice(first, 0, ...identifiers.splice(at, 1))
}
