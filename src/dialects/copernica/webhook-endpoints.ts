import { type Asking, askCommand, askRecord, askRecords } from '../../core/ask.ts'
import type { Condition } from '../../core/condition.ts'
import type { AskingEndpoint, DialectRequest, DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import { type JsonObject, own } from '../../core/json.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import type { Subscription } from '../../core/subscription.ts'
import type { WorkspaceSettings } from '../../core/workspace.ts'
import { findCollection, readCollection } from './collections.ts'
import { findByKey, findDatabase, tagOf } from './databases.ts'
import { COLLECTION, recordIdOf, shownRecordId } from './kinds.ts'
import { envelope, recordPage, shown } from './paging.ts'
import { readPage, readQuery } from './query.ts'
import { bodyOf, created, deleted, done, eitherWay } from './requests.ts'
import { ofOneCollection, subprofileTypes } from './subprofile-webhooks.ts'
import { triggerTypes } from './webhook-payload.ts'
import { SIGNING_KEY } from './webhook-signature.ts'

const WEBHOOK = 'copernica.webhook'
/** What addresses and headers call one. */
const word = WEBHOOK.slice('copernica.'.length)
const webhooksMax = 100
const urlLengthMax = 2_048

/** What the vendor has; of mails it is told what somebody reports: see `mail-events.ts`. */
const triggers = 'create update delete click delivery open bounce failure unsubscribe'.split(' ')

/** Whoever unsubscribes is changed, as anybody who is changed otherwise. */
const triggerConditions: { readonly [trigger: string]: Condition } = {
  unsubscribe: { changed: 'unsubscribed_email', to: { is: true } },
}

const list: AskingEndpoint = {
  method: 'GET',
  path: '/webhooks',
  scope: 'webhooks:read',
  *ask(request) {
    const page = readPage(readQuery(request.query))
    const { records, total } = yield* recordPage({ kind: WEBHOOK }, page)
    const data: JsonObject[] = []
    for (const record of records) data.push(yield* show(record, request))
    return shown(envelope(page, data, total))
  },
}

const create: AskingEndpoint = {
  method: 'POST',
  path: '/webhooks',
  scope: 'webhooks:write',
  *ask(request) {
    const body = { ...(yield* readBody(request)) }
    if (!Object.hasOwn(body, 'handler')) throw refusal('Missing parameter handler')
    if (!Object.hasOwn(body, 'trigger')) throw refusal('Missing parameter trigger')
    const { total } = yield* askRecords({ kind: WEBHOOK, page: { limit: 1 }, total: true })
    if ((total ?? 0) >= webhooksMax) {
      throw refusal(`There are ${webhooksMax} webhooks, and there may be no more`)
    }
    const subscription = yield* subscriptionOf(body, request)
    const put = { op: 'put', kind: WEBHOOK, body, subscription } as const
    const { records } = yield* askCommand({ kind: 'write-records', records: [put] })
    return created(request, word, shownRecordId(records?.[0] as StoredRecord))
  },
}

const read: AskingEndpoint = {
  method: 'GET',
  path: '/webhook/:webhook',
  scope: 'webhooks:read',
  *ask(request) {
    return shown(yield* show(yield* find(request), request))
  },
}

const update = eitherWay({
  path: '/webhook/:webhook',
  scope: 'webhooks:write',
  *ask(request): Asking<DialectResponse> {
    const { id, body, version } = yield* find(request)
    const set = yield* readBody(request)
    const subscription = yield* subscriptionOf({ ...body, ...set }, request)
    const at = { id }
    const patch = { op: 'patch', kind: WEBHOOK, at, set, version, subscription } as const
    yield* askCommand({ kind: 'write-records', records: [patch] })
    return done
  },
})

const remove: AskingEndpoint = {
  method: 'DELETE',
  path: '/webhook/:webhook',
  scope: 'webhooks:write',
  *ask(request) {
    const record = yield* find(request)
    const { id } = record
    const gone = { op: 'delete', kind: WEBHOOK, at: { id }, subscription: null } as const
    yield* askCommand({ kind: 'write-records', records: [gone] })
    return deleted(word, shownRecordId(record))
  },
}

/** Calls on webhooks (wire notes 4.7). */
export const webhookEndpoints = [list, create, read, ...update, remove]

function* find({ params }: DialectRequest): Asking<StoredRecord> {
  const id: RecordId | null = recordIdOf(params.webhook ?? '')
  const record = id === null ? null : yield* askRecord(WEBHOOK, { id })
  if (!record) throw new Fault('record_not_found', { message: 'No webhook with supplied ID' })
  return record
}

/** `publicKey` is not the vendor's: its own is found by a name of its domain, ours is nowhere. */
function* show(record: StoredRecord, { workspace }: DialectRequest): Asking<JsonObject> {
  const { handler, trigger, callers, database, collection } = record.body
  const home = typeof database === 'string' ? yield* findByKey(database, workspace.createdAt) : null
  const key = yield* askRecord(SIGNING_KEY, { name: 'key' })
  return {
    ID: shownRecordId(record),
    handler: handler ?? '',
    trigger: trigger ?? '',
    callers: callers ?? [],
    database: home?.id ?? null,
    collection: collection ?? null,
    ...(key && { publicKey: key.body.public ?? '' }),
  }
}

/** What a body says of a webhook; what it does not name is absent. */
function* readBody(request: DialectRequest): Asking<JsonObject> {
  const body = bodyOf(request)
  const read: JsonObject = {}
  const handler = own(body, 'handler')
  if (handler !== undefined) read.handler = readHandler(handler)
  const trigger = own(body, 'trigger')
  if (trigger !== undefined) {
    if (typeof trigger !== 'string' || !triggers.includes(trigger)) {
      throw refusal(`Parameter trigger must be one of ${triggers.join(', ')}`)
    }
    read.trigger = trigger
  }
  const callers = own(body, 'callers')
  if (callers !== undefined) {
    const isList = Array.isArray(callers) && callers.every((each) => typeof each === 'string')
    if (!isList || callers.length > 20) throw refusal('Parameter callers must be a list of texts')
    read.callers = callers
  }
  const database = own(body, 'database')
  if (database !== undefined && database !== null) {
    read.database = (yield* findDatabase({
      ...request,
      params: { database: String(database) },
    })).key
  }
  const collection = own(body, 'collection')
  if (collection !== undefined && collection !== null) {
    const params = { collection: String(collection) }
    read.collection = shownRecordId((yield* findCollection({ ...request, params })).record)
  }
  return read
}

function readHandler(value: unknown): string {
  const url = typeof value === 'string' && value.length <= urlLengthMax ? URL.parse(value) : null
  const isFit = url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  if (!isFit) {
    throw refusal(
      `Parameter handler must be an http or https URL of up to ${urlLengthMax} characters`,
    )
  }
  return url.href
}

/** What it is told of: profiles and mails to them, of one database or of all, or subprofiles. */
function* subscriptionOf(
  { handler, trigger, database, collection }: JsonObject,
  { workspace }: DialectRequest,
): Asking<Subscription> {
  const to = { url: String(handler), trigger: String(trigger) }
  if (typeof collection === 'string') {
    const id = recordIdOf(collection)
    const record = id === null ? null : yield* askRecord(COLLECTION, { id })
    const types = own<readonly string[]>(subprofileTypes, to.trigger)
    if (!record || !types) return subscriptionTo(to, [], workspace.settings)
    const when = ofOneCollection(yield* readCollection(record))
    return subscriptionTo(to, [{ on: [...types], when }], workspace.settings)
  }
  const types = own<readonly string[]>(triggerTypes, to.trigger)
  const home = typeof database === 'string' ? yield* findByKey(database, workspace.createdAt) : null
  const tag = home && tagOf(home)
  const condition = own<Condition>(triggerConditions, to.trigger)
  const all: Condition[] = [...(tag ? [{ tag }] : []), ...(condition ? [condition] : [])]
  const when = all.length > 1 ? { all } : all[0]
  const listens = types ? [{ on: [...types], ...(when && { when }) }] : []
  return subscriptionTo(to, listens, workspace.settings)
}

function subscriptionTo(
  { url, trigger }: { url: string; trigger: string },
  listens: Subscription['listens'],
  { privateWebhooks }: WorkspaceSettings,
): Subscription {
  const terms = { deliveredBelow: 300, failuresMax: null, signedAs: 'copernica' }
  return {
    url,
    allowPrivate: privateWebhooks,
    listens,
    payload: 'copernica',
    given: { trigger },
    terms,
  }
}

function refusal(message: string): Fault {
  return new Fault('invalid_field', { message })
}
