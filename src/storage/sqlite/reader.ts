import type { DatabaseSync, StatementSync } from 'node:sqlite'
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
import { eventFromRow } from '../rows.ts'
import type { StoreStatistics } from '../store.ts'
import { eventColumns, idsBelow, selectChain } from './event-statements.ts'
import { listWarnings } from './ingest-warnings.ts'
import { schemaVersion } from './migrate.ts'
import { type ProfileRow, prepareRows, shownProfileOfRow } from './profile-row.ts'
import {
  limitAt,
  prefixed,
  profileColumns,
  rowKey,
  selectName,
  selectOwnerInFull,
  selectProfile,
} from './statements.ts'

const selectHoldersInFull = `
  SELECT ${prefixed('p', profileColumns)} FROM profile_identifiers i
  JOIN profiles p ON p.key = ${rowKey('i.workspace_id', 'i.profile_id')}
  WHERE i.workspace_id = ?1 AND i.kind = ?2 AND i.value = ?3 AND i.holder >= 0
  ORDER BY p.id ${limitAt('?4')}`

const selectByPhone = `
  SELECT ${profileColumns} FROM profiles
  WHERE workspace_id = ?1 AND phone = ?2 AND removed_at IS NULL ORDER BY key ${limitAt('?3')}`

const selectEvents = `
  SELECT ${eventColumns} FROM events
  WHERE key > ${rowKey('?1', '?2')} AND key < ${rowKey('(?1 + 1)', '0')}
  ORDER BY key ${limitAt('?3')}`

const selectLastEvent = 'SELECT last_event_id FROM counters WHERE workspace_id = ?'

const selectEventsNaming = `
  SELECT event_id FROM event_identifiers WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3`

const selectLooseEvents = `${selectEventsNaming} ORDER BY event_id ${limitAt('?4')}`

/** Who has or had the identifier, with the newest event about each. */
const selectEverHolders = `
  SELECT last_event FROM profiles WHERE last_event IS NOT NULL AND key IN (
    SELECT ${rowKey('?1', 'profile_id')} FROM profile_identifiers
    WHERE workspace_id = ?1 AND kind = ?2 AND value = ?3)`

const selectLink = `
  SELECT previous, identifiers FROM events WHERE key = ${rowKey('?1', '?2')}`

/** Reads beside the writer, each as of the last commit. */
export class Reader {
  readonly #db: DatabaseSync
  readonly #profile: StatementSync
  readonly #owner: StatementSync
  readonly #holders: StatementSync
  readonly #name: StatementSync
  readonly #byPhone: StatementSync
  readonly #events: StatementSync
  readonly #chain: StatementSync
  readonly #loose: StatementSync
  readonly #names = new Map<string, number>()

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#profile = prepareRows(db, selectProfile)
    this.#owner = prepareRows(db, selectOwnerInFull)
    this.#holders = prepareRows(db, selectHoldersInFull)
    this.#byPhone = prepareRows(db, selectByPhone)
    this.#name = db.prepare(selectName)
    this.#events = db.prepare(selectEvents)
    this.#chain = db.prepare(selectChain)
    this.#loose = db.prepare(selectLooseEvents)
  }

  findProfiles(workspaceId: WorkspaceId, question: Question): Profile[] {
    if ('keys' in question) {
      for (const key of question.keys) {
        const found = this.#byKey(workspaceId, key)
        if (found) return [found]
      }
      return []
    }
    if ('identifier' in question) {
      const { kind, value } = question.identifier
      const rows = this.#holders.all(workspaceId, kind, value, question.limit)
      return (rows as unknown as ProfileRow[]).map(shownProfileOfRow)
    }
    const values = [...new Set(question.phones)]
    const rows = values.flatMap((value) => this.#byPhone.all(workspaceId, value, question.limit))
    const found = (rows as unknown as ProfileRow[])
      .map(shownProfileOfRow)
      .sort((a, b) => a.id - b.id)
    return found.slice(0, question.limit)
  }

  nameId(workspaceId: WorkspaceId, kind: 'attribute' | 'tag', name: string): number {
    const key = `${workspaceId}\0${kind}\0${name}`
    const known = this.#names.get(key)
    if (known !== undefined) return known
    const id = this.#name.get(workspaceId, kind, name)?.id as number | undefined
    // A name without a number may get it any moment.
    if (id !== undefined && this.#names.size < 50_000) this.#names.set(key, id)
    return id ?? 0
  }

  /** An erasure may take a name out, which gets another number when it comes again. */
  forgetNames(): void {
    this.#names.clear()
  }

  readEvents(workspaceId: WorkspaceId, after: EventId | 0, limit: number): Event[] {
    return this.#events.all(workspaceId, after, limit).map(eventFromRow)
  }

  readChain(workspaceId: WorkspaceId, from: EventId, limit: number): Event[] {
    if (from >= idsBelow) return []
    return this.#chain.all(workspaceId, from, limit).map(eventFromRow)
  }

  listWarnings(workspaceId: WorkspaceId, since: number): IngestWarning[] {
    return listWarnings(this.#db, workspaceId, since)
  }

  looseEventsNaming(
    workspaceId: WorkspaceId,
    { kind, value }: Identifier,
    limit: number,
  ): EventId[] {
    return this.#loose.all(workspaceId, kind, value, limit).map((row) => row.event_id as EventId)
  }

  lastEventId(workspaceId: WorkspaceId): EventId | 0 {
    const row = this.#db.prepare(selectLastEvent).get(workspaceId)
    return (row?.last_event_id ?? 0) as EventId | 0
  }

  eventsNaming(
    workspaceId: WorkspaceId,
    { kind, value }: { kind: string; value: string },
    limit: number,
  ): EventId[] {
    const listed = this.#db.prepare(selectEventsNaming).all(workspaceId, kind, value)
    const ids = new Set(listed.map((row) => row.event_id as EventId))
    const link = this.#db.prepare(selectLink)
    for (const holder of this.#db.prepare(selectEverHolders).all(workspaceId, kind, value)) {
      let id = holder.last_event as EventId | null
      while (id !== null) {
        const row = link.get(workspaceId, id)
        const named = JSON.parse((row?.identifiers as string | undefined) ?? '[]') as Identifier[]
        if (hasIdentifier(named, { kind, value })) ids.add(id)
        id = (row?.previous as EventId | null | undefined) ?? null
      }
    }
    return [...ids].sort((a, b) => a - b).slice(0, limit)
  }

  statistics(): StoreStatistics {
    const count = (text: string) => Number(Object.values(this.#db.prepare(text).get() ?? {})[0])
    return {
      engine: 'sqlite',
      schemaVersion: schemaVersion(this.#db),
      workspaces: count('SELECT count(*) FROM workspaces'),
      profiles: count('SELECT coalesce(sum(profile_count), 0) FROM counters'),
      // Ids have no gaps, so the last ones say how many there are.
      events: count('SELECT coalesce(sum(last_event_id), 0) FROM counters'),
      warnings: count('SELECT coalesce(sum(count), 0) FROM ingest_warnings'),
      bytesOnDisk: count('PRAGMA page_count') * count('PRAGMA page_size'),
    }
  }

  close(): void {
    this.#db.close()
  }

  #byKey(workspaceId: WorkspaceId, key: Key): Profile | null {
    if ('identifier' in key) {
      const { kind, value } = key.identifier
      const row = this.#owner.get(workspaceId, kind, value) as ProfileRow | undefined
      return row ? shownProfileOfRow(row) : null
    }
    const row = this.#profile.get(workspaceId, key.profile) as ProfileRow | undefined
    const profile = row ? shownProfileOfRow(row) : null
    if (!profile || profile.removedAt !== null) {
      const identifier = { kind: MERGED_PROFILE, value: String(key.profile) }
      return this.#byKey(workspaceId, { identifier })
    }
    const second = Math.floor(profile.createdAt / 1000)
    if (key.createdSecond !== undefined && key.createdSecond !== second) return null
    return profile
  }
}
