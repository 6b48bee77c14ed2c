import { type Asking, askCommand, askRecord, askRecords } from '../../core/ask.ts'
import type { AskingEndpoint, DialectRequest, Endpoint } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { RecordId, StoredRecord } from '../../core/record.ts'
import { readListQuery } from './list-query.ts'
import { readNewWebhook, readWebhookChanges } from './read-webhook.ts'
import { ok } from './user-answer.ts'
import { createThingIds, type ThingIds } from './user-ids.ts'
import { versionOf } from './versions.ts'
import { webhookSubscription } from './webhook-subscription.ts'

export const WEBHOOK = 'channeltalk.webhook'
/** Rises with each webhook made, so that two made at once see each other. */
const MADE = 'channeltalk.webhooks-made'
const webhooksMax = 10

/** Webhooks of a workspace (wire notes 5). */
export function webhookEndpoints(): Endpoint[] {
  const ids = createThingIds('hook')
  const render = (record: StoredRecord, request: DialectRequest) =>
    renderWebhook(record, request, ids)

  const list: AskingEndpoint = {
    method: 'GET',
    path: '/webhooks',
    scope: 'webhooks:read',
    *ask(request) {
      const { limit, since } = readListQuery(request.query)
      if (since !== null && !/^\d{1,15}$/.test(since)) {
        throw invalidField('since', 'is no cursor of this list.')
      }
      const page = { limit: webhooksMax }
      const { records } = yield* askRecords({ kind: WEBHOOK, descending: true, page })
      const left = since === null ? records : records.filter(isFrom(Number(since)))
      const webhooks = left.slice(0, limit).map((record) => render(record, request))
      const next = left[limit]?.id
      return ok(next === undefined ? { webhooks } : { webhooks, next })
    },
  }

  const create: AskingEndpoint = {
    method: 'POST',
    path: '/webhooks',
    scope: 'webhooks:write',
    *ask(request, { random }) {
      const { name, blocked, ...webhook } = readNewWebhook(request.body, versionOf(request))
      const body: JsonObject = { ...webhook, token: random(16) }
      if (blocked === true) body.stopped = { at: request.now, reason: 'by hand' }
      return ok({ webhook: render(yield* make(name, body, request), request) })
    },
  }

  const read: AskingEndpoint = {
    method: 'GET',
    path: '/webhooks/:webhookId',
    scope: 'webhooks:read',
    *ask(request) {
      const record = yield* askRecord(WEBHOOK, { id: webhookId(request, ids) })
      if (!record) throw noWebhook()
      return ok({ webhook: render(record, request) })
    },
  }

  const update: AskingEndpoint = {
    method: 'PATCH',
    path: '/webhooks/:webhookId',
    scope: 'webhooks:write',
    *ask(request) {
      const changes = readWebhookChanges(request.body, versionOf(request))
      const record = yield* change(webhookId(request, ids), changes, request)
      return ok({ webhook: render(record, request) })
    },
  }

  const remove: AskingEndpoint = {
    method: 'DELETE',
    path: '/webhooks/:webhookId',
    scope: 'webhooks:write',
    *ask(request) {
      const at = { id: webhookId(request, ids) }
      const write = { op: 'delete' as const, kind: WEBHOOK, at, subscription: null }
      yield* inVendorsWords(askCommand({ kind: 'write-records', records: [write] }))
      return ok({})
    },
  }

  return [list, create, read, update, remove]
}

/**
 * The list goes from the newest back, and `since` says where it begins: with the vendor by a time
 * in milliseconds, which two webhooks may share, so our own cursor is the number of the next one.
 */
function isFrom(since: number): (record: StoredRecord) => boolean {
  return ({ id, createdAt }) => (since < timesFrom ? id <= since : createdAt <= since)
}

/** No workspace has had so many webhooks, and no webhook is so old: 1973, in milliseconds. */
const timesFrom = 100_000_000_000

/** @throws Fault for a name that is taken, or one webhook too many. */
function* make(
  name: string,
  body: JsonObject,
  { workspace }: DialectRequest,
): Asking<StoredRecord> {
  const subscription = {
    ...webhookSubscription(body, workspace.settings),
    isActive: body.stopped === undefined,
  }

  for (let tries = 1; ; tries++) {
    const made = yield* askRecord(MADE, { name: 'all' })
    const { total } = yield* askRecords({ kind: WEBHOOK, page: { limit: 1 }, total: true })
    if ((total ?? 0) >= webhooksMax) {
      const message = `There are ${webhooksMax} webhooks, and there may be no more.`
      throw new Fault('invalid_field', { message })
    }
    if (yield* askRecord(WEBHOOK, { name })) throw nameTaken()
    try {
      const { records } = yield* askCommand({
        kind: 'write-records',
        records: [
          { op: 'put', kind: WEBHOOK, name, version: 0, body, subscription },
          { op: 'put', kind: MADE, name: 'all', version: made?.version ?? 0, body: {} },
        ],
      })
      return records?.[0] as StoredRecord
    } catch (error) {
      const isOvertaken = error instanceof Fault && error.code === 'conflict'
      if (!isOvertaken || tries === triesMax) throw error
    }
  }
}

/** Changes a webhook and what is sent to it; of two at once, the later sees what the first left. */
function* change(
  id: RecordId,
  { name, blocked, ...fields }: JsonObject & { name?: string },
  { workspace, now }: DialectRequest,
): Asking<StoredRecord> {
  for (let tries = 1; ; tries++) {
    const found = yield* askRecord(WEBHOOK, { id })
    if (!found) throw noWebhook()
    const set: JsonObject = { ...fields }
    // Who blocks it by hand blocks it now, unless it is; who unblocks it has it called again.
    if (blocked === true) set.stopped = found.body.stopped ?? { at: now, reason: 'by hand' }
    if (blocked === false) set.stopped = null
    const before = stoppedAt(found)
    if (blocked === false && before !== null) set.lastBlockedAt = before
    const subscription = {
      ...webhookSubscription({ ...found.body, ...fields }, workspace.settings),
      ...(typeof blocked === 'boolean' && { isActive: !blocked }),
    }
    const at = { id }
    const { version } = found
    const named = name === undefined ? {} : { name }
    const write = { op: 'patch' as const, kind: WEBHOOK, at, set, version, subscription, ...named }
    try {
      const { records } = yield* askCommand({ kind: 'write-records', records: [write] })
      return records?.[0] as StoredRecord
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.code === 'record_not_found') throw noWebhook()
      if (error.code !== 'conflict') throw error
      if (error.fields.length > 0) throw nameTaken()
      if (tries === triesMax) throw error
    }
  }
}

function stoppedAt({ body }: StoredRecord): number | null {
  const { stopped } = body
  return isObject(stopped) && typeof stopped.at === 'number' ? stopped.at : null
}

/** Whoever makes a webhook at the same moment is waited for so often. */
const triesMax = 5

function* inVendorsWords<T>(asking: Asking<T>): Asking<T> {
  try {
    return yield* asking
  } catch (error) {
    if (error instanceof Fault && error.code === 'record_not_found') throw noWebhook()
    if (error instanceof Fault && error.code === 'conflict') throw nameTaken()
    throw error
  }
}

function webhookId(request: DialectRequest, ids: ThingIds): RecordId {
  const number = ids.read(request.params.webhookId ?? '', request.workspace)
  if (number === null) throw noWebhook()
  return number as RecordId
}

function noWebhook(): Fault {
  return new Fault('record_not_found', { message: 'There is no such webhook.' })
}

function nameTaken(): Fault {
  return invalidField('name', 'is that of another webhook.')
}

function renderWebhook(
  record: StoredRecord,
  { workspace }: DialectRequest,
  ids: ThingIds,
): JsonObject {
  const { id, name, createdAt } = record
  const { stopped, lastBlockedAt: before, url = '', token = '', ...shown } = record.body
  const blockedAt = stoppedAt(record)
  const lastBlockedAt = blockedAt ?? before
  return {
    id: ids.show(id, createdAt, workspace),
    channelId: String(workspace.id),
    name: name ?? '',
    url,
    token,
    createdAt,
    ...shown,
    ...(lastBlockedAt !== undefined && { lastBlockedAt }),
    blocked: blockedAt !== null,
  }
}
