import assert from 'node:assert/strict'
import type { Event } from '../../src/core/event.ts'
import type { JsonObject } from '../../src/core/json.ts'
import {
  EMAIL,
  type EventId,
  emailIdentifier,
  type Identifier,
  identifierOf,
  type Profile,
  type ProfileId,
  type WorkspaceId,
} from '../../src/core/profile.ts'
import type { Store } from '../../src/storage/store.ts'
import { readLog } from './read-log.ts'

/** A profile as its events tell it. */
interface Told {
  version: number
  attributes: JsonObject
  tags: string[]
  /** As JSON. */
  identifiers: Set<string>
  removed: boolean
  /** Whom it was merged into. */
  into?: ProfileId
}

/**
 * Proves that a workspace holds no half of anything: event ids are gapless; the changes in the log
 * add up to exactly the profiles there are, with their versions; and each event is found by what it
 * named, and by nothing else. Profiles that `suspects` find must be in the log too. Answers the
 * log.
 */
export async function reconcile(
  store: Store,
  workspaceId: WorkspaceId,
  suspects: readonly Identifier[] = [],
): Promise<Event[]> {
  const events = await readLog(store, workspaceId)
  events.forEach((event, index) => {
    assert.equal(event.id, index + 1, 'event ids are gapless from 1')
    if (event.cause) assert.ok(event.cause.event < event.id, 'a cause comes before its effect')
  })
  assertLinked(events)
  const toldOf = foldLog(events)
  await severalAtOnce([...toldOf], async ([id, told]) => {
    const [profile] = await store.findProfiles(workspaceId, { keys: [{ profile: id }] })
    if (told.into === undefined) assertAsTold(id, profile, told)
    else assert.equal(profile?.id, heirOf(toldOf, told.into), `who ${id} was merged into`)
  })
  await severalAtOnce(suspects, async (identifier) => {
    const [profile] = await store.findProfiles(workspaceId, { keys: [{ identifier }] })
    if (profile) assert.ok(toldOf.has(profile.id), `no event tells of profile ${profile.id}`)
  })
  await assertFoundByName(store, workspaceId, events, suspects)
  return events
}

/** Each event names the one before it about the same profile. */
function assertLinked(events: readonly Event[]): void {
  const last = new Map<ProfileId, EventId>()
  for (const { id, subject, previous } of events) {
    const before = subject === null ? null : (last.get(subject) ?? null)
    assert.equal(previous, before, `the event before event ${id} about profile ${subject}`)
    if (subject !== null) last.set(subject, id)
  }
}

const profileEvents = [
  'profile.created',
  'profile.updated',
  'profile.removed',
  'profile.erased',
  'profile.merged',
  'profile.absorbed',
]
/** Those after which nobody reads the profile any more. */
const endings: readonly string[] = ['profile.removed', 'profile.erased', 'profile.absorbed']

function foldLog(events: readonly Event[]): Map<ProfileId, Told> {
  const told = new Map<ProfileId, Told>()
  for (const event of events) {
    if (!profileEvents.includes(event.type)) continue
    assert.ok(event.subject !== null, `event ${event.id} is about a profile`)
    const profile = told.get(event.subject) ?? emptyTold()
    assert.equal(
      profile.version === 0,
      event.type === 'profile.created',
      `event ${event.id} (${event.type}): a profile begins with exactly one profile.created`,
    )
    told.set(event.subject, profile)
    profile.version += 1
    if (endings.includes(event.type)) profile.removed = true
    if (event.type === 'profile.absorbed') profile.into = event.attributes.into as ProfileId
    for (const change of event.changes) applyChange(profile, change)
  }
  return told
}

function emptyTold(): Told {
  return { version: 0, attributes: {}, tags: [], identifiers: new Set(), removed: false }
}

function applyChange(profile: Told, change: Event['changes'][number]): void {
  if (change.of === 'tags') {
    assert.deepEqual(change.from, profile.tags, 'tags change from what they were')
    profile.tags = change.to as string[]
  } else if (change.of === 'identifier') {
    const named = (value: unknown) => JSON.stringify({ kind: change.name, value })
    if (change.from !== null) {
      assert.ok(profile.identifiers.delete(named(change.from)), 'identifiers change from what is')
    }
    if (change.to !== null) profile.identifiers.add(named(change.to))
  } else {
    const stored = Object.hasOwn(profile.attributes, change.name)
      ? profile.attributes[change.name]
      : null
    assert.deepEqual(change.from, stored, `${change.name} changes from what it was`)
    if (change.to === null) delete profile.attributes[change.name]
    else profile.attributes[change.name] = change.to
  }
}

function assertAsTold(id: ProfileId, profile: Profile | undefined, told: Told): void {
  if (told.removed) {
    assert.equal(profile, undefined, `profile ${id} was removed and is not read any more`)
    return
  }
  assert.ok(profile, `the log tells of profile ${id}, the store has none`)
  assert.equal(profile.version, told.version, `version of profile ${id}`)
  assert.deepEqual({ ...profile.attributes }, { ...told.attributes }, `attributes of ${id}`)
  assert.deepEqual([...profile.tags].sort(), [...told.tags].sort(), `tags of profile ${id}`)
  const email = emailIdentifier(told.attributes.email)
  if (email) assert.equal(identifierOf(profile, EMAIL), email.value, `address of profile ${id}`)
  // Addresses follow the attribute, and that is no change of its own.
  const held = profile.identifiers.filter(({ kind }) => kind !== EMAIL)
  const others = [...told.identifiers].filter((text) => JSON.parse(text).kind !== EMAIL)
  assert.deepEqual(new Set(held.map((one) => JSON.stringify(one))), new Set(others), `of ${id}`)
}

/** Who is found by the id of somebody who was merged. */
function heirOf(told: ReadonlyMap<ProfileId, Told>, id: ProfileId): ProfileId | undefined {
  const heir = told.get(id)
  if (heir?.into !== undefined) return heirOf(told, heir.into)
  return heir?.removed === false ? id : undefined
}

/** Each but those that spelled the number of whom they are about, as vendors' ids of ours do. */
async function assertFoundByName(
  store: Store,
  workspaceId: WorkspaceId,
  events: readonly Event[],
  suspects: readonly Identifier[],
): Promise<void> {
  const named = new Map<string, EventId[]>()
  const spelled = new Set<EventId>()
  const held = everHeld(events)
  for (const { kind, value } of suspects) named.set(JSON.stringify({ kind, value }), [])
  for (const event of events) {
    for (const { kind, value } of event.identifiers) {
      const key = JSON.stringify({ kind, value })
      const ids = named.get(key) ?? []
      if (ids.at(-1) !== event.id) ids.push(event.id)
      named.set(key, ids)
      const mayBeNumber = /\.(id|key)$/.test(kind) && event.subject !== null
      if (mayBeNumber && !held.has(key)) spelled.add(event.id)
    }
  }
  await severalAtOnce([...named], async ([key, ids]) => {
    const found = await store.eventsNaming(workspaceId, JSON.parse(key), ids.length + 1)
    const sure = (id: EventId) => held.has(key) || !spelled.has(id)
    assert.deepEqual(found.filter(sure), ids.filter(sure), `events that named ${key}`)
    for (const id of found) assert.ok(ids.includes(id), `${id} did not name ${key}`)
  })
}

/** Questions that go together to a database that is somewhere else. */
async function severalAtOnce<T>(all: readonly T[], check: (one: T) => Promise<void>) {
  for (let from = 0; from < all.length; from += 16) {
    await Promise.all(all.slice(from, from + 16).map(check))
  }
}

/** What anybody held at any time, as JSON. */
function everHeld(events: readonly Event[]): Set<string> {
  const changes = events.flatMap((event) => event.changes.filter(({ of }) => of === 'identifier'))
  return new Set(
    changes.flatMap(({ name, from, to }) =>
      [from, to].map((value) => JSON.stringify({ kind: name, value })),
    ),
  )
}
