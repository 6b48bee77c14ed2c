import { type Asking, askCommand, askRecord } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { own } from '../../core/json.ts'
import type { StoredRecord } from '../../core/record.ts'
import { type Database, parentOf } from './databases.ts'
import { readName, readText, refusal } from './field-definitions.ts'
import { bodyText, INTEREST, recordIdOf, shownRecordId } from './kinds.ts'
import { allRecords } from './paging.ts'
import { bodyOf, deleted, done, eitherWay } from './requests.ts'

/** As lists of interests show one. */
export type ShownInterest = { ID: string; name: string; group: string }

/** Its group may change. It keeps its name, which is the tag of whoever has it. */
const update = eitherWay({
  path: '/interest/:interest',
  scope: 'profiles:write',
  *ask(request) {
    const { id, name: known } = yield* find(request)
    const body = bodyOf(request)
    const name = own(body, 'name')
    if (name !== undefined && readName(name, 'name') !== known) {
      throw refusal('Parameter name: an interest keeps its name, by which people have it')
    }
    const group = own(body, 'group')
    if (group === undefined) return done
    const set = { group: readText(group, 'group') }
    const patch = { op: 'patch', kind: INTEREST, at: { id }, set } as const
    yield* askCommand({ kind: 'write-records', records: [patch] })
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
    const at = { id: record.id }
    const gone = { op: 'delete', kind: INTEREST, at, missing: 'pass' } as const
    yield* askCommand({ kind: 'write-records', records: [gone] })
    return deleted('interest', shownRecordId(record))
  },
}

/** Those that were defined in a database, which alone have an ID. */
export function* showInterests(database: Database): Asking<ShownInterest[]> {
  return (yield* allRecords(INTEREST, parentOf(database))).map((record) => ({
    ID: shownRecordId(record),
    name: record.name ?? '',
    group: bodyText(record, 'group') ?? '',
  }))
}

function* find({ params }: DialectRequest): Asking<StoredRecord> {
  const id = recordIdOf(params.interest ?? '')
  const record = id === null ? null : yield* askRecord(INTEREST, { id })
  if (!record) throw new Fault('record_not_found', { message: 'No interest with supplied ID' })
  return record
}

export const interestEndpoints = [...update, remove]
