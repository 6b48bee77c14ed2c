import { type ErasedTraces, fingerprintText } from '../core/erasure.ts'
import { isObject, type JsonValue } from '../core/json.ts'
import {
  EMAIL,
  type EventId,
  emailIdentifier,
  type Identifier,
  MERGED_PROFILE,
  type WorkspaceId,
} from '../core/profile.ts'
import type { Row } from './rows.ts'

/** How an engine says the few things that differ; `?1` is the workspace and `?2` a list of ids. */
export interface EraseSyntax {
  /** A condition on a column: it is in the list. */
  among(column: string): string
  /** The same for a list of texts. */
  amongTexts(column: string): string
  /** A condition on rows that have keys: their id is in the list. */
  ids(table: string): string
  /** A condition on rows that have keys: their id is that of an expression. */
  at(table: string, id: string): string
}

type Value = string | number | null | readonly number[] | readonly string[]

/** One transaction, or a look outside of any. */
export interface EraseSession {
  all(text: string, values: readonly Value[]): Promise<Row[]>
  /** Answers how many rows were changed. */
  run(text: string, values: readonly Value[]): Promise<number>
}

export interface EraseTools {
  syntax: EraseSyntax
  look: EraseSession
  /** Hashes whom is erased, so that they are known again; null takes nothing down. */
  hash: ((texts: readonly string[]) => Promise<readonly string[]>) | null
  /** Runs work in one transaction. */
  write<T>(work: (session: EraseSession) => Promise<T>): Promise<T>
}

/** Events that are wiped in one transaction. */
const batch = 500

/**
 * Wipes every trace of people who were taken out of all reads: events stay as places in the log
 * without what they told. May be asked again, and then goes on where it stopped.
 */
export async function eraseTraces(
  tools: EraseTools,
  workspace: WorkspaceId,
  profile: number,
): Promise<ErasedTraces> {
  const { syntax } = tools
  const { among, ids } = syntax
  const people = await findPeople(tools, workspace, profile)
  const held = await findHeld(tools, workspace, people)
  const { events, identifiers } = await findEvents(tools, workspace, people, held)
  await takeDown(tools, workspace, profile, identifiers)
  const erased: ErasedTraces = {
    ...{ profiles: people.length, events: 0, identifiers: 0 },
    ...{ runs: 0, deliveries: 0, attempts: 0, idempotency: 0 },
  }
  for (let from = 0; from < events.length; from += batch) {
    await wipeEvents(tools, workspace, events.slice(from, from + batch), erased)
  }
  const keys = events.flatMap(({ key }) => key ?? [])
  const kept = await findKept(tools, workspace, people, keys)
  for (let from = 0; from < kept.length; from += batch) {
    const some = kept.slice(from, from + batch)
    erased.idempotency += await tools.write((session) => dropKept(session, workspace, some))
  }
  await tools.write(async ({ all, run }) => {
    const given = [workspace, people] as const
    const owed = await all(
      `SELECT id FROM deliveries WHERE workspace_id = ?1 AND ${among('subject')}`,
      given,
    )
    await dropDeliveries({ all, run }, syntax, workspace, owed, erased)
    const where = `workspace_id = ?1 AND ${among('subject')}`
    erased.runs += await run(`DELETE FROM runs WHERE ${where}`, given)
    await run(`DELETE FROM rule_counts WHERE ${where}`, given)
    await run(
      `UPDATE profiles SET attributes = '{}', provenance = '[]', tags = '[]', identifiers = '[]',
         phone = NULL WHERE ${ids('profiles')} AND removed_at IS NOT NULL`,
      given,
    )
    // Last: what leads to those who were merged leads the next try to them too.
    for (const { kind, value, holder } of held) {
      const drop = `DELETE FROM profile_identifiers
        WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND holder = ?4`
      erased.identifiers += await run(drop, [workspace, kind, value, holder])
    }
  })
  return erased
}

/** The profile, and those that were merged into it. */
async function findPeople(
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

interface Held extends Identifier {
  holder: number
}

/*
 * No index has identifiers or kept answers by person: one would cost every write, and this is rare.
 * So both are read through, once, outside of any transaction that writes; as they are out of every
 * read, nobody enters more of these people meanwhile. Then they are deleted by their keys.
 */

/** What they hold, and what they held once. */
async function findHeld(
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

interface Kept {
  token: number
  route: string
  key: string
}

/** What is kept of answers that told of them, or of calls that were made with one of the keys. */
async function findKept(
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

async function dropKept(
  { run }: EraseSession,
  workspace: number,
  kept: readonly Kept[],
): Promise<number> {
  const drop = `DELETE FROM idempotency
    WHERE workspace_id = ?1 AND token_id = ?2 AND route = ?3 AND key = ?4`
  let count = 0
  for (const { token, route, key } of kept) count += await run(drop, [workspace, token, route, key])
  return count
}

interface Found {
  id: EventId
  named: Identifier[]
  key: string | null
}

/** Events about them, and those that named what they are found by and are about nobody else. */
async function findEvents(
  { look, syntax }: EraseTools,
  workspace: number,
  people: readonly number[],
  held: readonly Identifier[],
): Promise<{ events: Found[]; identifiers: Identifier[] }> {
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
  const columns = 'id, type, subject, attributes, changes, identifiers, idempotency_key'
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
  const events = [...own, ...others]
    .filter(({ type }) => type !== 'profile.erased')
    .map((row) => ({
      id: row.id as EventId,
      named: identifiersIn(row),
      key: row.idempotency_key as string | null,
    }))
  return { events, identifiers: [...identifiers.values()] }
}

/** Before anything is wiped: an erasure that is cut short has them all the same. */
async function takeDown(
  { write, hash }: EraseTools,
  workspace: WorkspaceId,
  profile: number,
  identifiers: readonly Identifier[],
): Promise<void> {
  if (!hash) return
  const own = identifiers.filter(({ kind }) => kind !== MERGED_PROFILE)
  const hashes = await hash(own.map((each) => fingerprintText(workspace, each)))
  const insert = `INSERT INTO erased_identifiers (workspace_id, hash, profile_id)
    VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`
  await write(async ({ run }) => {
    for (const each of hashes) await run(insert, [workspace, each, profile])
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

async function wipeEvents(
  { write, syntax }: EraseTools,
  workspace: number,
  events: readonly Found[],
  erased: ErasedTraces,
): Promise<void> {
  const list = events.map(({ id }) => id)
  await write(async ({ all, run }) => {
    const { among, ids } = syntax
    const owed = await all(
      `SELECT id FROM deliveries WHERE workspace_id = ?1 AND ${among('event_id')}`,
      [workspace, list],
    )
    await dropDeliveries({ all, run }, syntax, workspace, owed, erased)
    const ofEvent = `workspace_id = ?1 AND ${among('event_id')}`
    erased.runs += await run(`DELETE FROM runs WHERE ${ofEvent}`, [workspace, list])
    for (const { id, named } of events) {
      for (const { kind, value } of named) {
        await run(
          `DELETE FROM event_identifiers
           WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3 AND event_id = ?4`,
          [workspace, kind, value, id],
        )
      }
    }
    erased.events += await run(
      `UPDATE events SET attributes = '{}', changes = '[]', dropped = '[]', identifiers = '[]',
         idempotency_key = NULL WHERE ${ids('events')}`,
      [workspace, list],
    )
  })
}

async function dropDeliveries(
  { run }: EraseSession,
  { among, ids }: EraseSyntax,
  workspace: number,
  owed: readonly Row[],
  erased: ErasedTraces,
): Promise<void> {
  const list = owed.map(({ id }) => id as number)
  if (list.length === 0) return
  const attempts = `DELETE FROM attempts WHERE workspace_id = ?1 AND ${among('delivery_id')}`
  erased.attempts += await run(attempts, [workspace, list])
  erased.deliveries += await run(`DELETE FROM deliveries WHERE ${ids('deliveries')}`, [
    workspace,
    list,
  ])
}
