import { bodyKind } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import type { Version } from './versions.ts'

/** What a webhook may be told of (wire notes 5); `*` stands for all of it. */
export const webhookScopes: readonly string[] = [
  'userChat.opened',
  'message.created.userChat',
  'message.created.teamChat',
  'lead.upserted.contact',
  'lead.upserted.subscription',
  'lead.deleted',
  'member.upserted.contact',
  'member.upserted.subscription',
  'member.deleted',
  '*',
]

const nameLengthMax = 100
const urlLengthMax = 2_048
const keywordsMax = 20
/** Named as in the vendor's own list; read back as they were sent. */
const watched = ['watchUserChats', 'watchGroups']

export type WebhookFields = JsonObject & { name: string }

/**
 * Reads the body that makes a webhook. Names it does not know are ignored.
 *
 * @throws Fault `invalid_field` naming the field that is missing or wrong.
 */
export function readNewWebhook(body: JsonValue | undefined, version: Version): WebhookFields {
  const fields = readObject(body)
  for (const field of ['name', 'url', 'scopes', ...(version === 5 ? ['apiVersion'] : [])]) {
    if ((own(fields, field) ?? null) === null) throw invalidField(field, 'is required.')
  }
  const apiVersion = version === 5 ? 'v5' : 'v4'
  return { apiVersion, ...readFields(fields, version) } as JsonObject as WebhookFields
}

/** Reads the body that changes a webhook: what is absent stays as it is. */
export function readWebhookChanges(
  body: JsonValue | undefined,
  version: Version,
): JsonObject & { name?: string } {
  return readFields(readObject(body), version) as JsonObject & { name?: string }
}

function readObject(body: JsonValue | undefined): JsonObject {
  if (body === undefined) return {}
  if (isObject(body)) return body
  const message = `The body must be a JSON object, not a ${bodyKind(body)}.`
  throw new Fault('invalid_field', { message })
}

function readFields(fields: JsonObject, version: Version): JsonObject {
  const read: JsonObject = {}
  const take = (field: string, parse: (value: JsonValue) => JsonValue) => {
    const value = own(fields, field)
    if (value !== undefined) read[field] = parse(value)
  }
  take('name', readName)
  take('url', readUrl)
  take('scopes', (value) => readTexts('scopes', value, webhookScopes))
  take('keywords', (value) => (value === null ? null : readTexts('keywords', value, null)))
  take('apiVersion', readApiVersion)
  take('blocked', (value) => readFlag('blocked', value))
  if (version < 5) for (const field of watched) take(field, (value) => readFlag(field, value))
  return read
}

function readName(value: JsonValue): string {
  if (typeof value !== 'string' || value.trim() === '') throw invalidField('name', 'must be text.')
  if (value.length > nameLengthMax) {
    throw invalidField('name', `is longer than ${nameLengthMax} characters.`)
  }
  return value
}

function readUrl(value: JsonValue): string {
  const url = typeof value === 'string' && value.length <= urlLengthMax ? URL.parse(value) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw invalidField(
      'url',
      `must be an http or https address of at most ${urlLengthMax} characters, without a password.`,
    )
  }
  return value as string
}

function readTexts(field: string, value: JsonValue, allowed: readonly string[] | null): JsonValue {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidField(field, 'must be a list that is not empty.')
  }
  const unknown = value.find((one) =>
    allowed ? !allowed.includes(one as string) : typeof one !== 'string' || one === '',
  )
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown).slice(0, 100)
    const those = allowed ? `one of ${allowed.join(', ')}` : 'text'
    throw invalidField(field, `${shown} is not ${those}.`)
  }
  if (!allowed && value.length > keywordsMax) {
    throw invalidField(field, `must not hold more than ${keywordsMax}.`)
  }
  return [...new Set(value)]
}

function readApiVersion(value: JsonValue): string {
  if (value === 'v4' || value === 'v5') return value
  throw invalidField('apiVersion', 'must be v4 or v5.')
}

function readFlag(field: string, value: JsonValue): boolean {
  if (typeof value !== 'boolean') throw invalidField(field, 'must be true or false.')
  return value
}
