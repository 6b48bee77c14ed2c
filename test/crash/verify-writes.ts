import assert from 'node:assert/strict'
import type { Event } from '../../src/core/event.ts'
import { EMAIL, type Profile, USER_ID, type WorkspaceId } from '../../src/core/profile.ts'
import type { Store } from '../../src/storage/store.ts'
import { readLog } from '../kit/read-log.ts'
import { reconcile } from '../kit/reconcile.ts'
import type { Person, Write } from './write-load.ts'

/** What a planted defect must be caught as. */
export class WriteLost extends Error {
  override name = 'WriteLost'
}

/**
 * Proves that the store holds every acknowledged write whole, nothing of what was reported as not
 * stored, and no half of anything. Answers how many acknowledged writes it looked for.
 *
 * @throws WriteLost for an acknowledged write that is not there; AssertionError for a half one.
 */
export async function verifyWrites(
  store: Store,
  workspaceId: WorkspaceId,
  people: readonly Person[],
): Promise<number> {
  await assertNoneCut(store)
  const addresses = people.map(({ email }) => ({ kind: EMAIL, value: email }))
  const events = await reconcile(store, workspaceId, addresses)
  const changed = indexByMark(events)
  const sent = new Set<string | null>()
  let acknowledged = 0
  for (const person of people) {
    for (const write of person.writes) {
      sent.add(write.mark)
      if (outcome(write) === 'stored') acknowledged += 1
      if (write.mark !== null) assertLogged(write, changed.get(write.mark), events)
    }
    assertCurrent(person, await find(store, workspaceId, person))
  }
  for (const mark of changed.keys()) assert.ok(sent.has(mark), `${mark} was never sent`)
  return acknowledged
}

/** The log of every workspace is as long as its counter says. */
async function assertNoneCut(store: Store): Promise<void> {
  let events = 0
  for (const { id } of await store.listWorkspaces()) events += (await readLog(store, id)).length
  assert.equal(events, (await store.statistics()).events, 'events there are, events counted')
}

/** What the caller may conclude from the answer, or from there being none. */
export function outcome({ answer }: Write): 'stored' | 'not stored' | 'unknown' {
  if (!answer || answer.status === 500) return 'unknown'
  return answer.status < 300 ? 'stored' : 'not stored'
}

/** Events that changed the mark: at most one for each write. */
function indexByMark(events: readonly Event[]): Map<string, Event> {
  const byMark = new Map<string, Event>()
  for (const event of events) {
    const to = event.changes.find((change) => change.name === 'mark')?.to
    if (typeof to !== 'string') continue
    assert.ok(!byMark.has(to), `${to} was stored once`)
    byMark.set(to, event)
  }
  return byMark
}

function assertLogged(write: Write, change: Event | undefined, events: readonly Event[]): void {
  const { person, mark, through, answer } = write
  if (outcome(write) === 'not stored') {
    assert.equal(change, undefined, `${mark} was answered ${answer?.status}, and is stored`)
  }
  if (!answer || outcome(write) !== 'stored') return
  if (!change) throw new WriteLost(`${mark} was acknowledged (${through}); no event tells of it`)
  if (through === 'event') {
    const own = events[Number(answer.headers['x-created']) - 1]
    if (own?.attributes.mark !== mark) {
      throw new WriteLost(`event ${answer.headers['x-created']} was acknowledged for ${mark}`)
    }
    assert.equal(own.type, 'user.update')
    assert.deepEqual(own.identifiers, [{ kind: EMAIL, value: person.email }])
    assert.equal(change.cause?.event, own.id, 'the change names the event as its cause')
    assert.equal(own.subject, change.subject)
  }
  if (through === 'upsert') {
    assert.equal(change.subject, (answer.json() as { id: number }).id)
    const named = change.identifiers.map(({ kind, value }) => `${kind}=${value}`)
    assert.ok(named.includes(`${USER_ID}=${person.userId}`), 'the event is found by the user id')
  }
}

/**
 * The person is as the last acknowledged write left them, or as one of unknown outcome after it.
 */
function assertCurrent(person: Person, profile: Profile | undefined): void {
  const { writes } = person
  const last = writes.findLastIndex((write) => outcome(write) === 'stored')
  const later = writes.slice(last + 1).filter((write) => outcome(write) === 'unknown')
  const allowed = [writes[last]?.mark ?? null, ...later.map((write) => write.mark)]
  const mark = profile?.attributes.mark ?? null
  if (allowed.includes(mark as string | null)) return
  throw new WriteLost(`${person.userId} is at ${mark}; acknowledged was ${allowed.join(' or ')}`)
}

async function find(
  store: Store,
  workspaceId: WorkspaceId,
  person: Person,
): Promise<Profile | undefined> {
  const identifier = { kind: EMAIL, value: person.email }
  const [profile] = await store.findProfiles(workspaceId, { keys: [{ identifier }] })
  return profile
}
