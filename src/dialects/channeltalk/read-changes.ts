import type { Changes } from '../../core/command.ts'
import { bodyKind } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import { isObject, type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import type { WorkspaceSettings } from '../../core/workspace.ts'
import { attributeForField, isKnownAttribute, keptOnClear } from './fields.ts'
import type { PhoneNumbers } from './phone-numbers.ts'
import type { Version } from './versions.ts'

/** Tags one user may have, in version 5 and before it (wire notes 3.6). */
const tagsMax = 20
const olderTagsMax = 10

/** What reading a body takes besides the body. */
export interface ReadContext {
  phones: PhoneNumbers
  settings: WorkspaceSettings
  version: Version
}

/**
 * Reads the body of an update (wire notes 1.4 and 3): what is absent stays as it is, names it does
 * not know are ignored.
 *
 * @throws Fault `invalid_field` naming the field that has a wrong type or is over its limit.
 */
export function readChanges(body: JsonValue | undefined, context: ReadContext): Changes {
  const fields = readObject(body)
  const changes: Changes = { set: {} }
  const profile = own(fields, 'profile')
  if (profile === null) changes.clearAllBut = [...keptOnClear]
  else if (profile !== undefined) changes.set = readProfile('profile', profile, context)
  // Null asks for nothing here: there is no such thing as clearing only where nothing is set.
  const once = own(fields, 'profileOnce') ?? undefined
  if (once !== undefined) changes.setOnce = readProfile('profileOnce', once, context)
  const tags = own(fields, 'tags')
  const isOlder = context.version < 5
  if (tags !== undefined) {
    changes.tags = { replace: readTags(tags, isOlder ? olderTagsMax : tagsMax) }
  }
  if (isOlder) {
    // One flag stood for both before version 5; whoever sends one of the two as well means that.
    readFlag(fields, 'unsubscribed', 'unsubscribed_email', changes.set)
    readFlag(fields, 'unsubscribed', 'unsubscribed_texting', changes.set)
  }
  readFlag(fields, 'unsubscribeEmail', 'unsubscribed_email', changes.set)
  readFlag(fields, 'unsubscribeTexting', 'unsubscribed_texting', changes.set)
  // To be read only before version 5 (wire notes 1.8).
  if (!isOlder) readFlag(fields, 'blocked', 'blocked', changes.set)
  readLanguage(fields, changes.set)
  return withUnknown(changes, context)
}

/**
 * Reads the body that makes a lead: nothing but a profile, which must be there (wire notes 1.3).
 */
export function readLead(body: JsonValue | undefined, context: ReadContext): Changes {
  const profile = own(readObject(body), 'profile') ?? undefined
  if (profile === undefined) throw invalidField('profile', 'is required.')
  return withUnknown({ set: readProfile('profile', profile, context) }, context)
}

/** No body at all is an update of nothing, as with the vendor's own client (wire notes 8.2). */
function readObject(body: JsonValue | undefined): JsonObject {
  if (body === undefined) return {}
  if (isObject(body)) return body
  const message = `The body must be a JSON object, not a ${bodyKind(body)}.`
  throw new Fault('invalid_field', { message })
}

function readProfile(where: string, profile: JsonValue, context: ReadContext): JsonObject {
  if (!isObject(profile)) {
    throw invalidField(where, `must be an object, not a ${bodyKind(profile)}.`)
  }
  const set: JsonObject = {}
  for (const field of Object.keys(profile)) {
    const value = profile[field] ?? null
    // The vendor's own sample body shows `empty`, which leaked into it and means nothing.
    if (field === 'empty' && typeof value === 'boolean') continue
    const attribute = attributeForField(field)
    const isPhone = attribute === 'phone' || attribute === 'landline_phone'
    set[attribute] = isPhone ? readPhone(value, context) : value
  }
  return set
}

/** A number that cannot be read is stored as it was sent, and shown as not qualified. */
function readPhone(value: JsonValue, { phones, settings }: ReadContext): JsonValue {
  if (typeof value !== 'string') return value
  return phones.read(value, settings.phoneRegion).e164 ?? value
}

/** Tags are lower case and a set; a list replaces all there were, null and an empty one clear. */
function readTags(tags: JsonValue, countMax: number): string[] {
  if (tags === null) return []
  if (!Array.isArray(tags)) throw invalidField('tags', `must be a list, not a ${bodyKind(tags)}.`)
  const read = new Set<string>()
  for (const tag of tags) {
    if (typeof tag !== 'string') throw invalidField('tags', 'must hold nothing but text.')
    const lower = tag.toLowerCase()
    if (lower.trim() === '') throw invalidField('tags', 'must not hold an empty tag.')
    if (lower.length > limits.nameLengthMax) {
      throw invalidField(
        'tags',
        `must not hold a tag longer than ${limits.nameLengthMax} characters.`,
      )
    }
    read.add(lower)
  }
  if (read.size > countMax) throw invalidField('tags', `must not hold more than ${countMax} tags.`)
  return [...read]
}

function readFlag(fields: JsonObject, field: string, attribute: string, set: JsonObject): void {
  const value = own(fields, field)
  if (value === undefined) return
  if (typeof value !== 'boolean') throw invalidField(field, 'must be true or false.')
  set[attribute] = value
}

function readLanguage(fields: JsonObject, set: JsonObject): void {
  const value = own(fields, 'language')
  if (value === undefined) return
  if (typeof value !== 'string' && value !== null) throw invalidField('language', 'must be text.')
  set.language = value
}

/** Names the free keys only where somebody will ask: most workspaces take them all. */
function withUnknown(changes: Changes, { settings }: ReadContext): Changes {
  if (settings.unknownKeys === 'create') return changes
  const names = new Set([...Object.keys(changes.set), ...Object.keys(changes.setOnce ?? {})])
  const unknown = [...names].filter((attribute) => !isKnownAttribute(attribute))
  return unknown.length === 0 ? changes : { ...changes, unknown }
}
