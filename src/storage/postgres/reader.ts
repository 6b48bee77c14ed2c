import type pg from 'pg'
import type { Key } from '../../core/command.ts'
import type { Question } from '../../core/dialect.ts'
import type { Event } from '../../core/event.ts'
import type { IngestWarning } from '../../core/ingest-warnings.ts'
import {
  type EventId,
  hasIdentifier,
  type Identifier,
  MERGED_PROFILE,
  type Profile,
  type WorkspaceId,
} from '../../core/profile.ts'
import { eventFromRow, profileFromRow, type Row } from '../rows.ts'
import { warningFromRow } from '../search/ingest-warnings.ts'
import { selectChain } from './event-statements.ts'
import { storageFault } from './faults.ts'
import { selectWarnings } from './ingest-warnings.ts'
import type { NameCache } from './name-cache.ts'
import { profileColumns, selectLastIds } from './statements.ts'
import { ask, type Statement } from './transaction.ts'
import { namesShown, selectNames, unknownNames } from './write-names.ts'

const inProfiles = prefixed('p', profileColumns)

export const readProfile: Statement = {
  name: 'read_profile',
  text: `SELECT ${profileColumns} FROM profiles
    WHERE workspace_id = $1 AND id = $2 AND removed_at IS NULL`,
}

export const readOwner: Statement = {
  name: 'read_owner',
  text: `SELECT ${profileColumns} FROM profiles WHERE workspace_id = $1 AND id = (
      SELECT profile_id FROM profile_identifiers
      WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND holder = 0)`,
}

export const readHolders: Statement = {
  name: 'read_holders',
  text: `SELECT ${inProfiles} FROM profile_identifiers i
    CROSS JOIN LATERAL (
      SELECT * FROM profiles WHERE workspace_id = $1 AND id = i.profile_id LIMIT 1) AS p
    WHERE i.workspace_id = $1 AND i.kind = $2 AND i.value = $3 AND i.holder >= 0
    ORDER BY p.id LIMIT $4`,
}

export const readByPhone: Statement = {
  name: 'read_by_phone',
  text: `SELECT ${inProfiles} FROM unnest($2::text[]) AS asked (phone)
    CROSS JOIN LATERAL (
      SELECT * FROM profiles WHERE workspace_id = $1 AND profiles.phone = asked.phone
      ORDER BY profiles.phone, id LIMIT $3) AS p
    ORDER BY p.id LIMIT $3`,
}

export const readEvents: Statement = {
  name: 'read_events',
  text: `SELECT id, type, subject, previous, occurred_at, received_at, source, token_id,
      request_id, cause_event, cause_rule, cause_depth, attributes, changes, dropped, identifiers,
      found_by, idempotency_key
    FROM events WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
}

export const readEventsNaming: Statement = {
  name: 'read_events_naming',
  text: `SELECT event_id FROM event_identifiers
    WHERE workspace_id = $1 AND kind = $2 AND value = $3`,
}

export const readLooseEvents: Statement = {
  name: 'read_loose_events',
  text: `${readEventsNaming.text} ORDER BY event_id LIMIT $4`,
}

/**
 * The events of everybody who has or had the identifier, each from the newest back to the first by
 * the links between them.
 */
export const readChains: Statement = {
  name: 'read_chains',
  text: `WITH RECURSIVE chain AS (
      SELECT e.id, e.previous, e.identifiers FROM (
        SELECT DISTINCT profile_id AS id FROM profile_identifiers
        WHERE workspace_id = $1 AND kind = $2 AND value = $3) AS holder
      CROSS JOIN LATERAL (
        SELECT last_event FROM profiles
        WHERE workspace_id = $1 AND profiles.id = holder.id LIMIT 1) AS p
      CROSS JOIN LATERAL (
        SELECT * FROM events WHERE workspace_id = $1 AND events.id = p.last_event LIMIT 1) AS e
      UNION ALL
      SELECT e.id, e.previous, e.identifiers FROM chain
      CROSS JOIN LATERAL (
        SELECT * FROM events WHERE workspace_id = $1 AND events.id = chain.previous LIMIT 1) AS e
    ) SELECT id, identifiers FROM chain`,
}

/** Reads beside the writers, each question as of the last commit on any node. */
export class Reader {
  readonly #pool: pg.Pool
  readonly #names: NameCache

  constructor(pool: pg.Pool, names: NameCache) {
    this.#pool = pool
    this.#names = names
  }

  async findProfiles(workspaceId: WorkspaceId, question: Question): Promise<Profile[]> {
    const found = await this.#find(workspaceId, question)
    await this.learnNames(workspaceId, found)
    return found
  }

  /** Finds the numbers of names that these profiles show, as far as they are not known yet. */
  async learnNames(workspaceId: WorkspaceId, found: readonly Profile[]): Promise<void> {
    const { asOf } = this.#names
    const unknown = unknownNames(this.#names, workspaceId, found.flatMap(namesShown))
    if (unknown.size > 0) {
      const query = <R extends pg.QueryResultRow>(statement: Statement | string, v?: unknown[]) =>
        this.#ask<R>(statement, v)
      const stored = await selectNames({ query }, workspaceId, [...unknown.values()])
      for (const each of stored.values()) this.#names.set(workspaceId, each, asOf)
    }
  }

  async readEvents(workspaceId: WorkspaceId, after: EventId | 0, limit: number): Promise<Event[]> {
    const { rows } = await this.#ask<Row>(readEvents, [workspaceId, after, limit])
    return rows.map(eventFromRow)
  }

  async readChain(workspaceId: WorkspaceId, from: EventId, limit: number): Promise<Event[]> {
    const { rows } = await this.#ask<Row>(selectChain, [workspaceId, from, limit])
    return rows.map(eventFromRow)
  }

  async listWarnings(workspaceId: WorkspaceId, since: number): Promise<IngestWarning[]> {
    const { rows } = await this.#ask<Row>(selectWarnings, [workspaceId, since])
    return rows.map(warningFromRow)
  }

  async looseEventsNaming(
    workspaceId: WorkspaceId,
    { kind, value }: Identifier,
    limit: number,
  ): Promise<EventId[]> {
    const { rows } = await this.#ask<Row>(readLooseEvents, [workspaceId, kind, value, limit])
    return rows.map((row) => row.event_id as EventId)
  }

  async lastEventId(workspaceId: WorkspaceId): Promise<EventId | 0> {
    const { rows } = await this.#ask<Row>(selectLastIds, [workspaceId])
    return (rows[0]?.last_event ?? 0) as EventId | 0
  }

  async eventsNaming(
    workspaceId: WorkspaceId,
    { kind, value }: Identifier,
    limit: number,
  ): Promise<EventId[]> {
    const named = [workspaceId, kind, value]
    const [listed, chained] = await Promise.all([
      this.#ask<Row>(readEventsNaming, named),
      this.#ask<Row>(readChains, named),
    ])
    const ids = new Set(listed.rows.map((row) => row.event_id as EventId))
    for (const row of chained.rows) {
      const others = JSON.parse(row.identifiers as string) as Identifier[]
      if (hasIdentifier(others, { kind, value })) {
        ids.add(row.id as EventId)
      }
    }
    return [...ids].sort((a, b) => a - b).slice(0, limit)
  }

  async #find(workspaceId: WorkspaceId, question: Question): Promise<Profile[]> {
    if ('keys' in question) {
      for (const key of question.keys) {
        const found = await this.#byKey(workspaceId, key)
        if (found) return [found]
      }
      return []
    }
    const { limit } = question
    if ('identifier' in question) {
      const { kind, value } = question.identifier
      const { rows } = await this.#ask<Row>(readHolders, [workspaceId, kind, value, limit])
      return rows.map(profileFromRow)
    }
    const phones = [...new Set(question.phones)]
    const { rows } = await this.#ask<Row>(readByPhone, [workspaceId, phones, limit])
    return rows.map(profileFromRow)
  }

  async #byKey(workspaceId: WorkspaceId, key: Key): Promise<Profile | null> {
    if ('identifier' in key) {
      const { kind, value } = key.identifier
      const { rows } = await this.#ask<Row>(readOwner, [workspaceId, kind, value])
      return rows[0] ? profileFromRow(rows[0]) : null
    }
    // Callers make ids out of any number; the database takes no others than there can be.
    if (!Number.isSafeInteger(key.profile)) return null
    const { rows } = await this.#ask<Row>(readProfile, [workspaceId, key.profile])
    const [row] = rows
    if (!row) {
      const identifier = { kind: MERGED_PROFILE, value: String(key.profile) }
      return this.#byKey(workspaceId, { identifier })
    }
    const second = Math.floor((row.created_at as number) / 1000)
    if (key.createdSecond !== undefined && key.createdSecond !== second) return null
    return profileFromRow(row)
  }

  async #ask<R extends pg.QueryResultRow>(
    statement: Statement | string,
    values?: unknown[],
  ): Promise<pg.QueryResult<R>> {
    try {
      return await ask<R>(this.#pool, statement, values)
    } catch (error) {
      throw storageFault(error)
    }
  }
}

function prefixed(table: string, columns: string): string {
  return columns
    .split(',')
    .map((column) => `${table}.${column.trim()}`)
    .join(', ')
}
