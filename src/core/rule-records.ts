import type { Ask, Asking } from './ask.ts'
import type { Collection, Collections } from './collection.ts'
import type { Applied, Command, RecordEvent } from './command.ts'
import { invalidField } from './errors.ts'
import type { Cause } from './event.ts'
import type { Journal } from './journal.ts'
import { type JsonObject, merged } from './json.ts'
import { type Known, NeedMore, type RecordAsk, recordAskKey } from './known.ts'
import { limits } from './limits.ts'
import type { Profile, ProfileId } from './profile.ts'
import {
  localRecordId,
  type RecordId,
  type RecordPage,
  type RecordWrite,
  type StoredRecord,
} from './record.ts'

/** A record that a run is about. Below 0 it is what an earlier write of the decision makes. */
export interface RecordRef {
  kind: string
  id: RecordId
}

/** How many records in a collection a rule looks at, somebody's or of all: the newest. */
const lookedAtMax = limits.pageMax

/**
 * What rules see of records about people, and what they do to them: what is stored, with what the
 * command and the rules before have done in this very decision laid over it.
 */
export class RuleRecords {
  /** What rules want written, behind what the command writes itself. */
  readonly writes: RecordWrite[] = []
  readonly #journal: Journal
  readonly #known: Known
  readonly #own: readonly RecordWrite[]
  readonly #now: number
  readonly #collections: readonly Collections[]

  constructor(
    journal: Journal,
    { known, command, now }: { known: Known; command: Command; now: number },
    collections: readonly Collections[],
  ) {
    this.#journal = journal
    this.#known = known
    this.#own = command.records ?? []
    this.#now = now
    this.#collections = collections
  }

  named(name: string, person: Profile | null): Collection | null {
    for (const each of this.#collections) {
      const found = this.#run(each.named(name, person), null)
      if (found) return found
    }
    return null
  }

  /** The collection a record is of, with the record as it is by now; null where one is gone. */
  at({ kind, id }: RecordRef): { collection: Collection; record: StoredRecord } | null {
    for (const each of this.#collections) {
      const collection = this.#run(each.ofKind(kind), null)
      if (!collection) continue
      const stored = id < 0 ? null : (this.#look({ record: { kind, key: { id } } }) as Found)
      const [record] = this.#laidOver(stored ? [stored] : [], kind, null).filter(
        (one) => one.id === id,
      )
      return record ? { collection, record } : null
    }
    return null
  }

  /** What a record holds, for conditions and templates; nothing where there is none. */
  shown(ref: RecordRef | undefined): JsonObject {
    const found = ref && this.at(ref)
    return found ? found.collection.show(found.record) : {}
  }

  /** Somebody's records, or those of everybody, the newest first. */
  of({ kind }: Collection, subject: ProfileId | null): StoredRecord[] {
    const page = { limit: lookedAtMax }
    const about = subject === null ? {} : { subject }
    const query = { kind, ...about, descending: true, page }
    // About somebody the decision itself makes nothing is stored.
    const isNew = subject !== null && subject < 0
    const stored = isNew ? [] : (this.#look({ recordPage: query }) as RecordPage).records
    const age = ({ id }: StoredRecord) => (id < 0 ? Number.MAX_SAFE_INTEGER + id : id)
    // Local ids count down, so the newest of them is the lowest.
    const younger = (a: StoredRecord, b: StoredRecord) =>
      a.id < 0 && b.id < 0 ? a.id - b.id : age(b) - age(a)
    return this.#laidOver(stored, kind, subject).sort(younger)
  }

  /**
   * Has a collection do something, told of by an event with this cause.
   *
   * @throws Fault `invalid_field` for what cannot be stored, before anything was done.
   */
  do(asking: Asking<unknown>, cause: Cause): RecordRef | null {
    const before = this.writes.length
    this.#run(asking, cause)
    return this.writes.length === before ? null : this.#refOf(this.#own.length + before)
  }

  /** What the command's own event is about: the first record that is written with it. */
  get ofCommand(): RecordRef | null {
    return this.#own.length === 0 ? null : this.#refOf(0)
  }

  #refOf(index: number): RecordRef | null {
    const write = [...this.#own, ...this.writes][index]
    if (!write || write.op === 'clear') return null
    if (write.op === 'put') {
      return { kind: write.kind, id: write.id ?? localRecordId(index) }
    }
    return 'id' in write.at ? { kind: write.kind, id: write.at.id } : null
  }

  #run<T>(asking: Asking<T>, cause: Cause | null): T {
    let step = asking.next()
    while (!step.done) step = asking.next(this.#answer(step.value, cause))
    return step.value
  }

  #answer(ask: Ask, cause: Cause | null): unknown {
    if ('record' in ask || 'records' in ask || 'recordPage' in ask) return this.#look(ask)
    if (!('apply' in ask) || ask.apply.kind !== 'record-event' || !cause) {
      throw new Error(`A collection asked for ${Object.keys(ask).join()} in a decision.`)
    }
    return this.#record(ask.apply, cause)
  }

  #look(ask: RecordAsk): unknown {
    const answer = this.#known.records.get(recordAskKey(ask))
    if (answer === undefined) throw new NeedMore([{ records: ask }])
    return answer
  }

  #record({ type, attributes, subject, records = [] }: Told, cause: Cause): Applied {
    const [key] = subject ?? []
    const about = key && 'profile' in key ? key.profile : null
    const count = this.#own.length + this.writes.length + records.length
    if (count > limits.recordsPerCommandMax) throw invalidField('records', 'are too many.')
    for (const write of records) assertFits(write)
    const index = this.#own.length + this.writes.length
    // Whoever writes records about a person holds the person, so nobody else was in between.
    this.writes.push(...records.map(unconditional))
    const event = this.#journal.tell(type, attributes, about, cause)
    const ref = this.#refOf(index)
    if (ref) this.#journal.tellAbout(event, ref)
    return { events: [event.id], foundBy: 'key', profile: null, records: [] }
  }

  /** Stored records of a kind as the decision has left them; with a subject, its new ones too. */
  #laidOver(
    stored: readonly StoredRecord[],
    kind: string,
    subject: ProfileId | null,
  ): StoredRecord[] {
    const byId = new Map(stored.map((record) => [record.id, record]))
    for (const [index, write] of [...this.#own, ...this.writes].entries()) {
      if (write.kind !== kind || write.op === 'clear') continue
      if (write.op === 'put') {
        const isOurs = subject === null || write.subject === subject
        if (write.id === undefined && isOurs)
          byId.set(localRecordId(index), this.#made(write, index))
        continue
      }
      const there = 'id' in write.at ? byId.get(write.at.id) : undefined
      if (!there) continue
      if (write.op === 'delete') byId.delete(there.id)
      else {
        const body = merged(there.body, write.set ?? {})
        byId.set(there.id, { ...there, body, version: there.version + 1, updatedAt: this.#now })
      }
    }
    return [...byId.values()]
  }

  #made(write: Extract<RecordWrite, { op: 'put' }>, index: number): StoredRecord {
    const { kind, parent = null, name = null, subject = null, body } = write
    const about = subject === 'command' ? null : subject
    const times = { version: 1, createdAt: this.#now, updatedAt: this.#now }
    return { id: localRecordId(index), kind, parent, name, subject: about, body, ...times }
  }
}

type Found = StoredRecord | null
type Told = Omit<RecordEvent, 'source'>

function assertFits(write: RecordWrite): void {
  const body = write.op === 'put' ? write.body : write.op === 'patch' ? (write.set ?? {}) : {}
  if (JSON.stringify(body).length > limits.recordLengthMax) {
    throw invalidField('body', 'is longer than a record may be.')
  }
}

function unconditional(write: RecordWrite): RecordWrite {
  if (write.op === 'clear') return write
  const { version: _, ...rest } = write
  return rest.op === 'put' ? rest : { ...rest, missing: 'pass' }
}
