import type { AskingEndpoint } from '../../core/dialect.ts'
import { type JsonValue, own } from '../../core/json.ts'
import {
  databaseOf,
  fieldsParent,
  findCollection,
  showCollection,
  showCollections,
} from './collections.ts'
import { findDatabase, parentOf } from './databases.ts'
import { readName, refusal } from './field-definitions.ts'
import { fieldCalls } from './field-endpoints.ts'
import { COLLECTION, shownRecordId } from './kinds.ts'
import { askNamed, changeNamed, putNew } from './names.ts'
import { cutOut, shown } from './paging.ts'
import { readPage, readQuery } from './query.ts'
import { bodyOf, created, done, eitherWay } from './requests.ts'

const collectionsMax = 50

const list: AskingEndpoint = {
  method: 'GET',
  path: '/database/:database/collections',
  scope: 'profiles:read',
  *ask(request) {
    const collections = yield* showCollections(yield* findDatabase(request))
    return shown(cutOut(readPage(readQuery(request.query)), collections))
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/database/:database/collections',
  scope: 'profiles:write',
  *ask(request) {
    const parent = parentOf(yield* findDatabase(request))
    const name = readCollectionName(own(bodyOf(request), 'name'))
    if ((yield* askNamed(COLLECTION, parent)).length >= collectionsMax) {
      throw refusal(`There are ${collectionsMax} collections in this database already`)
    }
    const record = yield* putNew(COLLECTION, parent, name, {})
    return created(request, 'collection', shownRecordId(record))
  },
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/collection/:collection',
  scope: 'profiles:read',
  *ask(request) {
    const collection = yield* findCollection(request)
    return shown(showCollection(collection, yield* databaseOf(collection, request)))
  },
}

const update = eitherWay({
  path: '/collection/:collection',
  scope: 'profiles:write',
  *ask(request) {
    const { record } = yield* findCollection(request)
    const name = own(bodyOf(request), 'name')
    if (name !== undefined) yield* changeNamed(record, readCollectionName(name), {})
    return done
  },
})

function readCollectionName(given: JsonValue | undefined): string {
  const name = readName(given, 'name').trim()
  if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return name
  throw refusal('Parameter name must be letters, digits, underscores and hyphens')
}

const fields = fieldCalls('/collection/:collection', function* (request) {
  const collection = yield* findCollection(request)
  return { parent: fieldsParent(collection.record), fields: collection.fields }
})

export const collectionEndpoints = [list, create, read, ...update, ...fields]
