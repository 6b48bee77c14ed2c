import { type Asking, askRecord, askRecordsFound } from '../../core/ask.ts'
import type { Collection, Collections } from '../../core/collection.ts'
import type { JsonObject } from '../../core/json.ts'
import type { Profile } from '../../core/profile.ts'
import type { StoredRecord } from '../../core/record.ts'
import { readCollection } from './collections.ts'
import { keyOfTag, parentOfKey, usersKey } from './databases.ts'
import { byName } from './field-definitions.ts'
import { COLLECTION, collectionOfKind, subprofileKind } from './kinds.ts'
import { idInKey, ownerOf } from './names.ts'
import {
  changeSubprofile,
  createSubprofile,
  readSubprofile,
  removeSubprofile,
  storedFields,
} from './subprofiles.ts'

/** Subprofiles, as rules find, create, change and remove them. */
export const collections: Collections = {
  *named(name, person) {
    const keys = keysFor(name, person)
    const names = keys.map(([database, key]) => {
      return { kind: COLLECTION, parent: parentOfKey(database), name: key }
    })
    const ids = names.flatMap(({ name: key }) => idInKey(key) ?? [])
    const found = yield* askRecordsFound({ names, ids: [...new Set(ids)] })
    // That of the first database the person is in.
    for (const { parent, name: key } of names) {
      const record = found.find((one) => {
        const isSaid = one.name === key || one.id === idInKey(key)
        return one.kind === COLLECTION && one.parent === parent && isSaid
      })
      const owner = record && (yield* ownerOf(record, key))
      if (owner) return yield* collectionOf(owner)
    }
    return null
  },
  *ofKind(kind) {
    const id = collectionOfKind(kind)
    const record = id === null ? null : yield* askRecord(COLLECTION, { id })
    return record ? yield* collectionOf(record) : null
  },
}

/** `Orders` of a database the person is in, or `Shop/Orders` of a certain one. */
function keysFor(name: string, person: Profile | null): [database: string, collection: string][] {
  const key = name.toLowerCase()
  const homes = (person?.tags ?? []).flatMap((tag) => keyOfTag(tag) ?? [])
  const keys = [...homes, usersKey].map((home): [string, string] => [home, key])
  const slash = key.indexOf('/')
  if (slash > 0) keys.push([key.slice(0, slash), key.slice(slash + 1)])
  return keys.filter(([, collection]) => collection !== '')
}

/** Rules name its fields as they are kept, whatever they are called by now. */
function* collectionOf(record: StoredRecord): Asking<Collection> {
  const found = yield* readCollection(record)
  const fields = found.fields.map((field) => ({ ...field, name: field.stored }))
  const collection = { ...found, fields }
  const known = byName(collection.fields)
  return {
    kind: subprofileKind(record.id),
    read: (given: JsonObject, now: number) => ({
      values: readSubprofile(given, collection, now),
      unknown: Object.keys(given).filter((name) => !known.has(name.toLowerCase())),
    }),
    show: storedFields,
    create: (subject, values) => createSubprofile(collection, subject, values),
    change: (subprofile, values) => changeSubprofile(collection, subprofile, values),
    remove: (subprofile) => removeSubprofile(collection, subprofile),
  }
}
