import { Fault, invalidField } from './errors.ts'
import { merged } from './json.ts'
import { limits } from './limits.ts'
import { assertAcceptable, assertText } from './normalise.ts'
import type { ProfileId } from './profile.ts'
import {
  type ClearRecords,
  type DeleteRecord,
  type PatchRecord,
  type PutRecord,
  type RecordId,
  type RecordKey,
  type RecordWrite,
  type StoredRecord,
  withMadeIds,
} from './record.ts'

/** What has to be loaded before records can be planned. */
export type RecordNeed =
  | { id: RecordId }
  | { kind: string; parent: string | null; name: string }
  | { subject: ProfileId }
  | ClearRecords

/** Thrown, like `NeedMore`, when a plan asks for what was not loaded. */
export class NeedRecords {
  readonly need: RecordNeed
  constructor(need: RecordNeed) {
    this.need = need
  }
}

/** What is known of records: what was loaded, with what was planned since laid over it. */
export interface KnownRecords {
  /** null for one that is not there. */
  byId: Map<RecordId, StoredRecord | null>
  byName: Map<string, RecordId | null>
  /** Whether a profile lives. */
  subjects: Map<ProfileId, boolean>
  /** The stored ids that a clearing is about, by `clearKey`. */
  cleared: Map<string, readonly RecordId[]>
  /** Ids of what is to be written, or deleted where `byId` has null. */
  dirty: Set<RecordId>
}

export interface RecordContext {
  now: number
  /** The profile the command is about. */
  subject: ProfileId | null
  lastId: number
}

/** What one command comes to: its records afterwards, one for each write, and the last id given. */
export interface RecordPlan {
  records: (StoredRecord | null)[]
  lastId: number
}

export function emptyRecords(): KnownRecords {
  return {
    byId: new Map(),
    byName: new Map(),
    subjects: new Map(),
    cleared: new Map(),
    dirty: new Set(),
  }
}

/** The key under which `KnownRecords.byName` has a name. */
export function nameKey(kind: string, parent: string | null, name: string): string {
  return `${kind}\0${parent ?? ''}\0${name}`
}

/** The key under which `KnownRecords.cleared` has what is to be cleared. */
export function clearKey({ kind, of }: ClearRecords): string {
  return 'subject' in of ? `${kind}\0subject\0${of.subject}` : `${kind}\0parent\0${of.parent ?? ''}`
}

/**
 * Plans the writes of one command on what is known, which moves on only when all of them can be
 * done. Pure but for that.
 *
 * @throws NeedRecords for what was not loaded, to be planned again with it; Fault
 *   `record_not_found`, `profile_not_found` for a subject that does not live, `conflict` naming the
 *   record that has a name or the version there is, `invalid_field` for what cannot be stored.
 */
export function planRecords(
  known: KnownRecords,
  writes: readonly RecordWrite[],
  context: RecordContext,
): RecordPlan {
  if (writes.length > limits.recordsPerCommandMax) {
    throw invalidField('records', `are more than ${limits.recordsPerCommandMax} in one command.`)
  }
  const drafts = new RecordDrafts(known, context)
  const records: (StoredRecord | null)[] = []
  for (const write of writes) records.push(carryOut(drafts, withMadeIds(write, records)))
  return { records, lastId: drafts.keep() }
}

function carryOut(drafts: RecordDrafts, write: RecordWrite): StoredRecord | null {
  switch (write.op) {
    case 'put':
      return drafts.put(write)
    case 'patch':
      return drafts.patch(write)
    case 'delete':
      return drafts.delete(write)
    case 'clear':
      return drafts.clear(write)
  }
}

class RecordDrafts {
  readonly #known: KnownRecords
  readonly #context: RecordContext
  readonly #byId = new Map<RecordId, StoredRecord | null>()
  readonly #byName = new Map<string, RecordId | null>()
  #lastId: number

  constructor(known: KnownRecords, context: RecordContext) {
    this.#known = known
    this.#context = context
    this.#lastId = context.lastId
  }

  put(write: PutRecord): StoredRecord {
    const { kind, parent = null, name = null, body } = write
    const subject = this.#subject(write.subject) ?? null
    const there = this.#replaced(write)
    expectVersion(write, there)
    const { now } = this.#context
    const id = there?.id ?? this.#nextId()
    const version = (there?.version ?? 0) + 1
    const createdAt = there?.createdAt ?? now
    const times = { version, createdAt, updatedAt: now }
    return this.#set(there, { id, kind, parent, name, subject, body, ...times })
  }

  patch(write: PatchRecord): StoredRecord | null {
    const there = this.#get(write.kind, write.at)
    if (!there) return pass(write)
    expectVersion(write, there)
    const { parent = there.parent, name = there.name } = write
    const subject = this.#subject(write.subject)
    return this.#set(there, {
      ...there,
      parent,
      name,
      subject: subject === undefined ? there.subject : subject,
      body: merged(there.body, write.set ?? {}),
      version: there.version + 1,
      updatedAt: this.#context.now,
    })
  }

  delete(write: DeleteRecord): null {
    const there = this.#get(write.kind, write.at)
    if (!there) return pass(write)
    expectVersion(write, there)
    this.#remove(there)
    return null
  }

  clear(write: ClearRecords): null {
    if ('parent' in write.of) assertNames(write.kind, write.of.parent, null)
    const stored = this.#known.cleared.get(clearKey(write))
    if (!stored) throw new NeedRecords(write)
    const made = [...this.#byId.keys(), ...this.#known.dirty]
    for (const id of new Set([...stored, ...made])) {
      const record = this.#load(id)
      if (record && isOf(record, write)) this.#remove(record)
    }
    return null
  }

  /** Lets what was planned count. */
  keep(): number {
    const { byId, byName, dirty } = this.#known
    for (const [id, record] of this.#byId) {
      byId.set(id, record)
      dirty.add(id)
    }
    for (const [key, id] of this.#byName) byName.set(key, id)
    return this.#lastId
  }

  #nextId(): RecordId {
    this.#lastId += 1
    return this.#lastId as RecordId
  }

  #replaced({ kind, id, parent = null, name }: PutRecord): StoredRecord | null {
    if (id !== undefined) {
      const there = this.#get(kind, { id })
      if (!there) throw notFound(kind)
      return there
    }
    return name === undefined || name === null ? null : this.#get(kind, { parent, name })
  }

  #get(kind: string, key: RecordKey): StoredRecord | null {
    if ('id' in key) {
      const record = this.#load(key.id)
      return record?.kind === kind ? record : null
    }
    const id = this.#named(kind, key.parent ?? null, key.name)
    return id === null ? null : this.#load(id)
  }

  #load(id: RecordId): StoredRecord | null {
    if (!Number.isSafeInteger(id)) return null
    const record = this.#byId.has(id) ? this.#byId.get(id) : this.#known.byId.get(id)
    if (record === undefined) throw new NeedRecords({ id })
    return record
  }

  #named(kind: string, parent: string | null, name: string): RecordId | null {
    assertNames(kind, parent, name)
    const key = nameKey(kind, parent, name)
    const id = this.#byName.has(key) ? this.#byName.get(key) : this.#known.byName.get(key)
    if (id === undefined) throw new NeedRecords({ kind, parent, name })
    return id
  }

  #subject(asked: ProfileId | 'command' | null | undefined): ProfileId | null | undefined {
    if (asked === undefined || asked === null) return asked
    const subject = asked === 'command' ? this.#context.subject : asked
    if (subject === null) throw new Fault('profile_not_found')
    if (subject === this.#context.subject) return subject
    const lives = this.#known.subjects.get(subject)
    if (lives === undefined) throw new NeedRecords({ subject })
    if (!lives) throw new Fault('profile_not_found')
    return subject
  }

  #set(before: StoredRecord | null, record: StoredRecord): StoredRecord {
    assertRecord(record)
    const { id, kind, parent, name } = record
    if (name !== null) {
      const holder = this.#named(kind, parent, name)
      if (holder !== null && holder !== id) throw taken(record, holder)
    }
    if (before?.name != null) this.#byName.set(nameKey(kind, before.parent, before.name), null)
    if (name !== null) this.#byName.set(nameKey(kind, parent, name), id)
    this.#byId.set(id, record)
    return record
  }

  #remove({ id, kind, parent, name }: StoredRecord): void {
    this.#byId.set(id, null)
    if (name !== null) this.#byName.set(nameKey(kind, parent, name), null)
  }
}

function isOf({ kind, parent, subject }: StoredRecord, write: ClearRecords): boolean {
  if (kind !== write.kind) return false
  return 'subject' in write.of ? subject === write.of.subject : parent === write.of.parent
}

function expectVersion({ version }: { version?: number }, there: StoredRecord | null): void {
  if (version === undefined || version === (there?.version ?? 0)) return
  const found = there ? `Record ${there.id} has version ${there.version}` : 'There is no record'
  throw new Fault('conflict', { message: `${found}, not version ${version}.` })
}

/** Without a record, where that is as good. */
function pass({ kind, missing }: PatchRecord | DeleteRecord): null {
  if (missing !== 'pass') throw notFound(kind)
  return null
}

function notFound(kind: string): Fault {
  return new Fault('record_not_found', { message: `No such ${kind}.` })
}

function taken({ kind }: StoredRecord, holder: RecordId): Fault {
  return new Fault('conflict', {
    message: `Record ${holder} (${kind}) has this name.`,
    fields: [{ field: 'name', message: 'This value is already taken.' }],
  })
}

function assertNames(kind: string, parent: string | null, name: string | null): void {
  if (kind === '') throw invalidField('kind', 'must not be empty.')
  assertText('kind', kind, limits.nameLengthMax)
  for (const [field, text] of Object.entries({ parent, name })) {
    if (text === null) continue
    if (text === '') throw invalidField(field, 'must not be empty; leave it out instead.')
    assertText(field, text, limits.identifierLengthMax)
  }
}

function assertRecord({ kind, parent, name, body }: StoredRecord): void {
  assertNames(kind, parent, name)
  assertAcceptable(body)
  if (JSON.stringify(body).length > limits.recordLengthMax) {
    throw invalidField('body', `is longer than ${limits.recordLengthMax} characters as JSON.`)
  }
}
