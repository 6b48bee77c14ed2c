import type { Change } from '../core/event.ts'
import { isObject, type JsonValue } from '../core/json.ts'
import { limits } from '../core/limits.ts'
import {
  EMAIL,
  type EventId,
  emailIdentifier,
  type Identifier,
  MERGED_PROFILE,
} from '../core/profile.ts'
import type { EraseTools } from './erase-tools.ts'
import type { UsedName } from './names-used.ts'
import type { Row } from './rows.ts'

/** Events that are read at once. */
const batch = 500

/** The profile, and those that were merged into it. */
export async function findPeople(
  { look, syntax }: EraseTools,
  workspace: number,
  profile: number,
): Promise<number[]> {
  const aliases = await look.all(
    `SELECT value FROM profile_identifiers WHERE workspace_id = ?1 AND kind = '${MERGED_PROFILE}'
       AND ${syntax.among('profile_id')}`,
    [workspace, [profile]],
  )
  return [...new Set([profile, ...aliases.map(({ value }) => Number(value))])]
}

export interface Held extends Identifier {
  holder: number
}

/*
 * No index has identifiers or kept answers by person: one would cost every write, and this is rare.
 * So both are read through, once, outside of any transaction that writes; as they are out of every
 * read, nobody enters more of these people meanwhile. Then they are deleted by their keys.
 */

/** What they hold, and what they held once. */
export async function findHeld(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
): Promise<Held[]> {
  const rows = await look.all(
    `SELECT kind, value, holder FROM profile_identifiers
     WHERE workspace_id = ?1 AND ${syntax.among('profile_id')}`,
    [workspace, people],
  )
  return rows as unknown as Held[]
}

export interface Kept {
  token: number
  route: string
  key: string
}

/** What is kept of answers that told of them, or of calls that were made with one of the keys. */
export async function findKept(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
  keys: readonly string[],
): Promise<Kept[]> {
  const select = (test: string) =>
    `SELECT token_id AS token, route, key FROM idempotency WHERE workspace_id = ?1 AND ${test}`
  const found = await look.all(select(syntax.among('profile_id')), [workspace, people])
  const named =
    keys.length === 0 ? [] : await look.all(select(syntax.amongTexts('key')), [workspace, keys])
  return [...found, ...named] as unknown as Kept[]
}

export interface Traces {
  events: Found[]
  identifiers: Identifier[]
  /** Who was one person with them for a while, and then not any more. */
  lookalikes: number[]
}

export interface Found {
  id: EventId
  named: Identifier[]
  key: string | null
  receivedAt: number
  /** The names it brought into use, or took out of it. */
  changed: UsedName[]
}

/** Events about them, and those that named what they are found by and are about nobody else. */
export async function findEvents(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
  held: readonly Identifier[],
): Promise<Traces> {
  const { ids, at } = syntax
  const chain = await look.all(
    `WITH RECURSIVE chain (id) AS (
       SELECT last_event FROM profiles WHERE ${ids('profiles')} AND last_event IS NOT NULL
       UNION
       SELECT e.previous FROM chain JOIN events e ON ${at('e', 'chain.id')}
       WHERE e.previous IS NOT NULL)
     SELECT id FROM chain`,
    [workspace, people],
  )
  const columns =
    'id, type, subject, received_at, attributes, changes, identifiers, idempotency_key'
  const read = async (list: readonly number[]): Promise<Row[]> => {
    const rows: Row[] = []
    for (let from = 0; from < list.length; from += batch) {
      const some = list.slice(from, from + batch)
      rows.push(
        ...(await look.all(`SELECT ${columns} FROM events WHERE ${ids('events')}`, [
          workspace,
          some,
        ])),
      )
    }
    return rows
  }
  const own = await read(chain.map(({ id }) => id as number))
  const identifiers = new Map<string, Identifier>()
  for (const { kind, value } of [...held, ...own.flatMap(identifiersIn)]) {
    identifiers.set(`${kind}\0${value}`, { kind, value })
  }
  const known = new Set(own.map(({ id }) => id as number))
  const named: number[] = []
  for (const { kind, value } of identifiers.values()) {
    const select = `SELECT event_id FROM event_identifiers
      WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3`
    const rows = await look.all(select, [workspace, kind, value])
    named.push(...rows.map((row) => row.event_id as number).filter((id) => !known.has(id)))
  }
  const others = (await read([...new Set(named)])).filter(({ subject }) => {
    return subject === null || people.includes(subject as number)
  })
  const merges = await read(ofMerges(own))
  const ofOthers = merges.filter(({ type, attributes }) => {
    const { profiles = [] } = parsed(attributes) as { profiles?: number[] }
    return bothSides.includes(String(type)) && profiles.some((id) => people.includes(id))
  })
  const lookalikes = [...new Set(ofOthers.map(({ subject }) => subject as number))]
  const events = [...own, ...others, ...ofOthers.filter(({ id }) => !known.has(id as number))]
    .filter(({ type }) => type !== 'profile.erased')
    .map((row) => ({
      id: row.id as EventId,
      named: identifiersIn(row),
      key: row.idempotency_key as string | null,
      receivedAt: row.received_at as number,
      changed: namesChanged(parsed(row.changes) as unknown as Change[]),
    }))
  return { events, identifiers: [...identifiers.values()], lookalikes }
}

/** At who stays they tell what a merge brought, and what its undoing took: all of it is theirs. */
const bothSides = ['profile.merged', 'profile.unmerged']
const othersSide = ['profile.absorbed', 'profile.restored']

/** Where the events of merges stand that were undone: each goes before those of who went. */
function ofMerges(own: readonly Row[]): number[] {
  const before = Array.from({ length: limits.mergedPerCommandMax }, (_, n) => n + 1)
  const places = own
    .filter(({ type }) => othersSide.includes(String(type)))
    .flatMap(({ id }) => before.map((n) => (id as number) - n))
  return [...new Set(places)].filter((place) => place > 0)
}

function namesChanged(changes: readonly Change[]): UsedName[] {
  return changes.flatMap(({ of, name, from, to }): UsedName[] => {
    if (of === 'identifier') return []
    if (of === undefined) return [{ kind: 'attribute', name }]
    const tags = [...((from ?? []) as string[]), ...((to ?? []) as string[])]
    return tags.map((tag) => ({ kind: 'tag', name: tag }))
  })
}

/** Every identifier that an event told of, by name or by what changed. */
function identifiersIn(row: Row): Identifier[] {
  const found = parsed(row.identifiers) as unknown as Identifier[]
  const changes = parsed(row.changes) as unknown as {
    of?: string
    name: string
    from: JsonValue
    to: JsonValue
  }[]
  const values = changes.flatMap(({ of, name, from, to }) => {
    const both = [from, to].filter((value) => typeof value === 'string')
    if (of === 'identifier') return both.map((value) => ({ kind: name, value }))
    return of === undefined && name === EMAIL
      ? both.flatMap((value) => emailIdentifier(value) ?? [])
      : []
  })
  const attributes = parsed(row.attributes)
  const email = isObject(attributes) ? emailIdentifier(attributes[EMAIL]) : null
  return [...found, ...values, ...(email ? [email] : [])]
}

function parsed(text: unknown): JsonValue {
  return JSON.parse(text as string) as JsonValue
}
