import type { RecordStep } from './action.ts'
import type { Collection } from './collection.ts'
import { Fault } from './errors.ts'
import type { Cause, Dropped } from './event.ts'
import { type JsonObject, own, sameJson } from './json.ts'
import type { Profile, ProfileId } from './profile.ts'
import type { StoredRecord } from './record.ts'
import type { RecordRef, RuleRecords } from './rule-records.ts'

/** Records that one step changes or takes out. */
const changedMax = 50

/** What a step on records looks at. */
export interface RecordScene {
  records: RuleRecords
  person: Profile | null
  /** The record the run is about. */
  current: RecordRef | undefined
  cause: Cause
  now: number
  /** The person with this id, whom nobody else changes from here on; null where there is none. */
  living(id: ProfileId): Profile | null
}

/** What came of it: what had no effect, and the record that the run is about from here on. */
export interface RecordOutcome {
  dropped: Dropped[]
  current: RecordRef | undefined
  /** Whom the rest is about, where the record is somebody else's. */
  person?: ProfileId
  /** True where there was nothing to go on with. */
  ends?: true
}

interface Aim {
  collection: Collection
  targets: StoredRecord[]
  /** What the records were looked for by. */
  sought: JsonObject
}

/** Carries out a step on the records of the run's person. It never refuses the command. */
export function runRecordStep(step: RecordStep, scene: RecordScene): RecordOutcome {
  const { current } = scene
  const aim = aimAt(step, scene)
  const ends = step.op === 'find' && step.missing !== 'pass' && ({ ends: true } as const)
  if ('reason' in aim) {
    const left = step.op === 'find' ? undefined : current
    return { dropped: [aim], current: left, ...ends }
  }
  if (step.op === 'find') {
    const found = step.everybody ? firstHeld(aim, scene) : aim.targets[0]
    if (found) {
      const person = step.everybody && found.subject !== null && { person: found.subject }
      return { dropped: [], current: refOf(found), ...person }
    }
    return { dropped: [none(step)], current: undefined, ...ends }
  }
  try {
    return change(step, aim, scene)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { dropped: [{ name: nameOf(step), reason: 'unfit_value' }], current }
  }
}

/** The collection and the records a step is about, or why there are none. */
function aimAt(step: RecordStep, scene: RecordScene): Aim | Dropped {
  const { records, person, current, now } = scene
  if (step.collection === undefined) {
    const found = current && records.at(current)
    if (!found) return none(step)
    return { collection: found.collection, targets: [found.record], sought: {} }
  }
  if (!person && !step.everybody) return { name: 'profile', reason: 'no_profile' }
  const collection = records.named(step.collection, person)
  if (!collection) return { name: step.collection, reason: 'no_collection' }
  if (step.op === 'create') return { collection, targets: [], sought: {} }
  const { values, unknown } = collection.read(step.match ?? {}, now)
  if (unknown[0] !== undefined) return { name: unknown[0], reason: 'unknown_attribute' }
  const targets = records
    .of(collection, step.everybody || !person ? null : person.id)
    .filter((record) => holdsAll(collection.show(record), values))
  return { collection, targets, sought: values }
}

/**
 * The first that still matches once its person is held: until then another node may have written
 * it.
 */
function firstHeld(
  { collection, targets, sought }: Aim,
  { records, living }: RecordScene,
): StoredRecord | undefined {
  return targets.find((target) => {
    if (target.subject === null || !living(target.subject)) return false
    const now = records.at(refOf(target))
    return now !== null && holdsAll(collection.show(now.record), sought)
  })
}

function change(step: RecordStep, { collection, targets, sought }: Aim, scene: RecordScene) {
  const { records, person, current, cause, now } = scene
  const { values, unknown } = collection.read(step.set ?? {}, now)
  const dropped = unknown.map((name): Dropped => ({ name, reason: 'unknown_attribute' }))
  const makes = step.op === 'create' || (targets.length === 0 && step.missing === 'create')
  if (makes && person) {
    const made = records.do(collection.create(person.id, { ...sought, ...values }), cause)
    return { dropped, current: made ?? current }
  }
  if (targets.length === 0) return { dropped: [...dropped, none(step)], current }
  if (targets.length > changedMax) {
    const many: Dropped = { name: nameOf(step), reason: 'too_many_records' }
    return { dropped: [...dropped, many], current }
  }
  for (const record of targets) {
    if (step.op === 'remove') records.do(collection.remove(record), cause)
    // What says what is there already is no change, and no event for rules to react to.
    else if (!holdsAll(collection.show(record), values)) {
      records.do(collection.change(record, values), cause)
    }
  }
  return { dropped, current }
}

function holdsAll(shown: JsonObject, values: JsonObject): boolean {
  return Object.entries(values).every(([name, value]) => sameJson(own(shown, name) ?? null, value))
}

function refOf({ kind, id }: StoredRecord): RecordRef {
  return { kind, id }
}

function none(step: RecordStep): Dropped {
  return { name: nameOf(step), reason: 'no_record' }
}

function nameOf({ collection }: RecordStep): string {
  return collection ?? 'record'
}
