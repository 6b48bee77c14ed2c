import { type Asking, askRecord } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonValue, own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Database, keyOfTag, parentOf } from './databases.ts'
import { readName, readText, refusal } from './field-definitions.ts'
import { bodyText, INTEREST, recordIdOf, shownRecordId } from './kinds.ts'
import { askNamed, changeNamed, isHeld, removeNamed, shownKey, shownName } from './names.ts'
import { bodyOf, deleted, done, eitherWay } from './requests.ts'

/** As lists of interests show one. */
export type ShownInterest = { ID: string; name: string; group: string; key?: string }

/** Whoever has it keeps the tag, whatever it is called. */
const update = eitherWay({
  path: '/interest/:interest',
  scope: 'profiles:write',
  *ask(request) {
    const record = yield* find(request)
    const body = bodyOf(request)
    const [name, group] = [own(body, 'name'), own(body, 'group')]
    if (name === undefined && group === undefined) return done
    const set = group === undefined ? {} : { group: readText(group, 'group') }
    yield* changeNamed(record, name === undefined ? name : readInterestName(name), set)
    return done
  },
})

/** Whoever has it keeps the tag, as those do who have one that was never defined. */
const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/interest/:interest',
  scope: 'profiles:write',
  *ask(request) {
    const record = yield* find(request)
    yield* removeNamed(record)
    return deleted('interest', shownRecordId(record))
  },
}

/** Those that were defined in a database, which alone have an ID. */
export function* showInterests(database: Database): Asking<ShownInterest[]> {
  return (yield* askNamed(INTEREST, parentOf(database))).map((record) => ({
    ID: shownRecordId(record),
    name: shownName(record),
    group: bodyText(record, 'group') ?? '',
    ...shownKey(record),
  }))
}

/** It may be a tag of people, and so must not be one that says in which database they are. */
export function readInterestName(given: JsonValue | undefined): string {
  const name = readName(given, 'name')
  if (keyOfTag(name) !== null) throw refusal(`"${name}" cannot be an interest`)
  return name
}

function* find({ params }: DialectRequest): Asking<StoredRecord> {
  const id = recordIdOf(params.interest ?? '')
  const record = id === null ? null : yield* askRecord(INTEREST, { id })
  if (!record || isHeld(record))
    throw new Fault('record_not_found', { message: 'No interest with supplied ID' })
  return record
}

export const interestEndpoints = [...update, remove]
