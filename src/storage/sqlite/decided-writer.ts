import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type Decided, namedOnly, type ProfileWrite, releasedAt } from '../../core/decision.ts'
import type { Event } from '../../core/event.ts'
import { own } from '../../core/json.ts'
import type { Identifier, Profile, WorkspaceId } from '../../core/profile.ts'
import { profileText } from '../applied-json.ts'
import { groupProvenance } from '../group-provenance.ts'
import { eventValues, listText } from '../rows.ts'
import { RowInserts } from './row-inserts.ts'
import type { RowSizes } from './row-size.ts'
import * as sql from './statements.ts'

/** Events that are held before they are written, as long as their transaction goes on. */
const eventsHeldMax = 256

/** Writes what was decided and settled, inside the transaction of its group. */
export class DecidedWriter {
  readonly #insertProfile: StatementSync
  readonly #updateProfile: StatementSync
  readonly #updateProfileAndPhone: StatementSync
  readonly #insertOwner: StatementSync
  readonly #insertHolder: StatementSync
  readonly #releaseIdentifier: StatementSync
  readonly #promoteHeir: StatementSync
  readonly #insertEvents: RowInserts
  readonly #insertEventIdentifier: StatementSync
  readonly #sizes: RowSizes
  /** Values of events that are not written yet. No decision looks at events. */
  #events: SQLInputValue[] = []

  constructor(db: DatabaseSync, sizes: RowSizes) {
    this.#sizes = sizes
    this.#insertProfile = db.prepare(sql.insertProfile)
    this.#updateProfile = db.prepare(sql.updateProfile)
    this.#updateProfileAndPhone = db.prepare(sql.updateProfileAndPhone)
    this.#insertOwner = db.prepare(sql.insertOwner)
    this.#insertHolder = db.prepare(sql.insertHolder)
    this.#releaseIdentifier = db.prepare(sql.releaseIdentifier)
    this.#promoteHeir = db.prepare(sql.promoteHeir)
    this.#insertEvents = new RowInserts(db, sql.insertEvents)
    this.#insertEventIdentifier = db.prepare(sql.insertEventIdentifier)
  }

  /**
   * Answers the profile the decision was about as JSON text, where it was written. Events are
   * there after `flush`.
   */
  write(workspaceId: WorkspaceId, decided: Decided): string | null {
    let subjectText: string | null = null
    for (const write of decided.profiles) {
      const text = this.#writeProfile(workspaceId, write)
      if (write.profile === decided.subject) subjectText = text
    }
    for (const event of decided.events) this.#writeEvent(workspaceId, event)
    for (const { identifier, event } of namedOnly(decided)) {
      const { kind, value } = identifier
      this.#insertEventIdentifier.run(workspaceId, kind, value, event.id)
    }
    return subjectText
  }

  /** Writes what was put off; to be called before the group is committed. */
  flush(): void {
    this.#insertEvents.insert(this.#events)
    this.#events = []
  }

  #writeProfile(workspaceId: WorkspaceId, write: ProfileWrite): string {
    const { profile, before } = write
    const { version, updatedAt, lastEvent, removedAt, createdAt } = profile
    const attributes = JSON.stringify(profile.attributes)
    const tags = listText(profile.tags)
    const identifiers = listText(profile.identifiers)
    const phone = phoneOf(profile)
    let provenance = JSON.stringify(groupProvenance(profile.provenance))
    provenance += this.#sizes.padding(before, {
      texts: [attributes, provenance, tags, identifiers, phone],
      numbers: [version, lastEvent, removedAt],
    })
    const values = [
      workspaceId,
      profile.id,
      version,
      attributes,
      provenance,
      tags,
      identifiers,
      updatedAt,
      lastEvent,
      removedAt,
    ]
    const { changes } =
      before === null
        ? this.#insertProfile.run(...values, phone, createdAt)
        : phone === phoneOf(before)
          ? this.#updateProfile.run(...values)
          : this.#updateProfileAndPhone.run(...values, phone)
    if (changes !== 1) throw new Error(`Profile ${profile.id} was not there to be written.`)
    for (const identifier of write.released) this.#release(workspaceId, write, identifier)
    for (const { kind, value } of write.claimed) {
      const { changes } = this.#insertOwner.run(workspaceId, kind, value, profile.id)
      if (changes === 0) this.#insertHolder.run(workspaceId, kind, value, profile.id)
    }
    return profileText(profile, { attributes, provenance, tags, identifiers })
  }

  #release(workspaceId: WorkspaceId, write: ProfileWrite, { kind, value }: Identifier): void {
    const { id } = write.profile
    const row = this.#releaseIdentifier.get(workspaceId, kind, value, id, releasedAt(write))
    if (row?.others === 1) this.#promoteHeir.run(workspaceId, kind, value)
  }

  #writeEvent(workspaceId: WorkspaceId, event: Event): void {
    this.#events.push(workspaceId, event.id, workspaceId, ...eventValues(event))
    if (this.#events.length >= eventsHeldMax * sql.insertEvents.width) this.flush()
  }
}

/** What the profile is found by as a phone number, as long as it is not removed. */
export function phoneOf({ attributes }: Profile): string | null {
  const phone = own(attributes, 'phone')
  return typeof phone === 'string' ? phone : null
}
