import { type Asking, askCommand, askRecord } from '../../core/ask.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PatchRecord, RecordId, RecordWrite, StoredRecord } from '../../core/record.ts'
import { bodyText, INTEREST, recordIdOf, shownRecordId } from './kinds.ts'
import { allRecords } from './paging.ts'

/*
 * What this dialect calls a database, a field, an interest or a collection may change. The key
 * under which it is kept (a tag, an attribute, what rules name) is the name it was made with, and
 * stays.
 *
 * A record has what it is called now for a name, so that no two are called the same. A name that is
 * the key of something with another name by now is held: by a record that says which, until
 * something new is called so, which then gets a key with its own ID behind it. So no two of a kind
 * and parent ever have one key, whatever is made and renamed at once.
 */

/** Names end otherwise, so a key that ends so was made here. */
const numbered = /~(\d+)$/
const triesMax = 8

/** A name as two of one kind are compared: all but interests, which are tags, in any case. */
export function folded(kind: string, name: string): string {
  return kind === INTEREST ? name : name.toLowerCase()
}

/** Whether a record only holds the name that something had when it was made. */
export function isHeld({ body }: StoredRecord): boolean {
  return Object.hasOwn(body, 'holds')
}

/** What it is called now. */
export function shownName(record: StoredRecord): string {
  return bodyText(record, 'name') ?? record.name ?? ''
}

/** Under what it is kept, as it was first spelled. */
export function keyOf(record: StoredRecord): string {
  return bodyText(record, 'key') ?? shownName(record)
}

function foldedKey(record: StoredRecord): string {
  return folded(record.kind, keyOf(record))
}

/** What an answer says of the key besides, once it is not the name. */
export function shownKey(record: StoredRecord): { key?: string } {
  const key = keyOf(record)
  return foldedKey(record) === record.name ? {} : { key }
}

export function endsInNumber(name: string): boolean {
  return numbered.test(name)
}

/** The ID of what a key was made for that has one in it. */
export function idInKey(key: string): RecordId | null {
  const own = numbered.exec(key)?.[1]
  return own === undefined ? null : recordIdOf(own)
}

/** All of a kind that belong to something, without names that are only held. */
export function* askNamed(kind: string, parent: string | null): Asking<StoredRecord[]> {
  return (yield* allRecords(kind, parent)).filter((record) => !isHeld(record))
}

/** By the key, in the spelling of `folded`; null where nothing has it. */
export function* askByKey(
  kind: string,
  parent: string | null,
  key: string,
): Asking<StoredRecord | null> {
  const id = idInKey(key)
  const there = yield* askRecord(kind, id === null ? { parent, name: key } : { id })
  return there && (yield* ownerOf(there, key))
}

/** What has a key, where `there` is the record under that name. */
export function* ownerOf(there: StoredRecord, key: string): Asking<StoredRecord | null> {
  const has = (record: StoredRecord) => !isHeld(record) && foldedKey(record) === key
  if (has(there)) return there
  const id = there.body.holds ?? there.body.over
  const owner = typeof id === 'number' && (yield* askRecord(there.kind, { id: id as RecordId }))
  return owner && has(owner) ? owner : null
}

/**
 * Makes something new. Its key is its name, unless something else has that key, or `isApart` asks
 * for another.
 *
 * @throws Fault `conflict` where the name is taken.
 */
export function* putNew(
  kind: string,
  parent: string | null,
  name: string,
  body: JsonObject,
  isApart = false,
): Asking<StoredRecord> {
  const own = { op: 'put', kind, parent, name: folded(kind, name) } as const
  for (let tries = 1; ; tries++) {
    const there = yield* askRecord(kind, { parent, name: own.name })
    if (there && !isHeld(there)) throw taken(name)
    const over = there && {
      key: `${name}~${shownRecordId(there)}`,
      ...(typeof there.body.holds === 'number' && { over: there.body.holds }),
    }
    const holds = isApart && !there
    const put = { ...own, body: holds ? { holds: null } : { ...body, name, ...over } }
    const made = yield* written([{ ...put, version: there?.version ?? 0 }], tries)
    if (made && !holds) return made[0] as StoredRecord
  }
}

/**
 * The record of what is there without one, made where it was not yet, to be called `name` then: a
 * refusal has to come before anything is written.
 *
 * @throws Fault `conflict` where the name is taken.
 */
export function* stored(
  kind: string,
  parent: string | null,
  key: string,
  name: string | undefined,
): Asking<StoredRecord> {
  const there = yield* askByKey(kind, parent, key)
  if (there) return there
  const other = name !== undefined && (yield* askRecord(kind, { parent, name: folded(kind, name) }))
  if (other && !isHeld(other)) throw taken(name ?? '')
  const put = { op: 'put', kind, parent, name: key, version: 0, body: { name: key } } as const
  const [made] = (yield* written([put], 1)) ?? []
  return made ?? ((yield* askByKey(kind, parent, key)) as StoredRecord)
}

/**
 * Changes what something says of itself, and its name where that is not undefined, in one command.
 *
 * @throws Fault `conflict` where the name is taken; `record_not_found` where it is gone meanwhile.
 */
export function* changeNamed(
  first: StoredRecord,
  name: string | undefined,
  set: JsonObject,
): Asking<void> {
  const { kind, id, parent } = first
  let record = first
  for (let tries = 1; ; tries++) {
    const writes =
      name === undefined
        ? [{ op: 'patch', kind, at: { id }, set } as const]
        : renaming(record, name, set, yield* allRecords(kind, parent))
    if (yield* written(writes, tries)) return
    const now = yield* askRecord(kind, { id })
    if (!now) throw new Fault('record_not_found', { message: `No ${first.name} any more` })
    record = now
  }
}

/** Deletes it; that it is gone already is as good. */
export function* removeNamed({ kind, id, parent }: StoredRecord): Asking<void> {
  for (let tries = 1; ; tries++) {
    const all = yield* allRecords(kind, parent)
    const record = all.find((one) => one.id === id)
    if (!record || (yield* written(removing(record, all), tries))) return
  }
}

/** @throws Fault `conflict` where something else is called so. */
function renaming(
  record: StoredRecord,
  name: string,
  set: JsonObject,
  all: readonly StoredRecord[],
): RecordWrite[] {
  const { kind, id, version } = record
  const to = folded(kind, name)
  const key = keyOf(record)
  const patch: PatchRecord = { op: 'patch', kind, at: { id }, version, set: { ...set, name, key } }
  if (to === record.name) return [patch]
  const there = all.find((one) => one.name === to)
  if (there && !isHeld(there)) throw taken(name)
  const owner = there && typeof there.body.holds === 'number' ? there.body.holds : null
  const over = owner === id ? null : owner
  return [
    ...(there ? [removal(there)] : []),
    { ...patch, name: to, set: { ...patch.set, over } },
    ...left(record, all, (one) => !isHeld(one)),
  ]
}

function removing(record: StoredRecord, all: readonly StoredRecord[]): RecordWrite[] {
  const key = foldedKey(record)
  const held = all.find((one) => isHeld(one) && one.name === key)
  return [
    removal(record),
    ...(held ? [removal(held)] : []),
    ...left(record, all, (one) => !isHeld(one) && one.id !== record.id),
  ]
}

/** The name that something leaves is held while it is the key of one of those. */
function left(
  { kind, parent, name }: StoredRecord,
  all: readonly StoredRecord[],
  isOne: (record: StoredRecord) => boolean,
): RecordWrite[] {
  const owner = all.find((one) => isOne(one) && foldedKey(one) === name)
  const body = { holds: owner?.id ?? null }
  return owner ? [{ op: 'put', kind, parent, name, version: 0, body }] : []
}

function removal({ kind, id, version }: StoredRecord): RecordWrite {
  return { op: 'delete', kind, at: { id }, version }
}

/** Null where others wrote the same between our look and our write, and there is another try. */
function* written(records: RecordWrite[], tries: number): Asking<(StoredRecord | null)[] | null> {
  try {
    return (yield* askCommand({ kind: 'write-records', records })).records ?? []
  } catch (error) {
    if (!(error instanceof Fault) || tries >= triesMax) throw error
    if (error.code === 'conflict' || error.code === 'record_not_found') return null
    throw error
  }
}

/** What tells that a name is something else's. */
export function taken(name: string): Fault {
  return new Fault('conflict', { message: `The name "${name}" is taken` })
}
