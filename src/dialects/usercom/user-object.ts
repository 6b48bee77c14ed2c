import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { displayName, identifierOf, type Profile, USER_ID } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { genders, ownAttributes, slug, statuses } from './fields.ts'
import { shownId, shownKey } from './shown-ids.ts'
import type { Version } from './version.ts'

/** What a user object shows that does not stand on the profile. */
export interface Shown {
  definition(name: string): { id: number; description: string; name?: string; deletedAt?: number }
  tagId(name: string): number
  companies: JsonObject[]
  lists: JsonObject[]
}

/**
 * The vendor's user object, every key of it in the recorded order (wire notes 5). What Roster does
 * not observe (visits, browser, last contact) has the value a fresh user has there, and so has
 * a stored value that the column cannot express.
 */
export function renderUser(
  profile: Profile,
  version: Version,
  workspace: Workspace,
  shown: Shown,
): JsonObject {
  const { attributes } = profile
  const key = shownKey(profile, workspace)
  const userId = identifierOf(profile, USER_ID) ?? null
  // One literal, with undefined for what the version has not: an object of this size that grows
  // field by field becomes a dictionary, which took ten times as long to write as JSON.
  const user: { [field: string]: JsonValue | undefined } = {
    id: shownId(profile),
    key: version === 1 ? key : undefined,
    user_key: version === 2 ? key : undefined,
    name: displayName(profile) ?? textOf(attributes, 'email'),
    email: textOf(attributes, 'email'),
    gender: wordOf(attributes, 'gender', genders),
    status: wordOf(attributes, 'status', statuses),
    phone_number: textOf(attributes, 'phone'),
    first_seen: null,
    last_seen: null,
    page_views: 0,
    last_ip: null,
    timezone: textOf(attributes, 'timezone'),
    city: textOf(attributes, 'city'),
    region: textOf(attributes, 'region'),
    country: textOf(attributes, 'country'),
    unsubscribed: own(attributes, 'unsubscribed_email') === true,
    browser_language: null,
    score: integerOf(attributes, 'score') ?? 0,
    browser: null,
    os_type: null,
    resolution: null,
    created_at: dateTime(profile.createdAt),
    updated_at: dateTime(profile.updatedAt),
    companies: shown.companies,
    attributes: version === 1 ? customAttributes(profile, shown) : undefined,
    gravatar_url: textOf(attributes, 'avatar_url'),
    lists: shown.lists,
    tags: profile.tags.map((name) => ({ name, id: shown.tagId(name) })),
    notifications: own(attributes, 'notifications') !== false,
    facebook_url: textOf(attributes, 'facebook_url'),
    linkedin_url: textOf(attributes, 'linkedin_url'),
    twitter_url: textOf(attributes, 'twitter_url'),
    google_url: textOf(attributes, 'google_url'),
    last_contacted: null,
    user_id: version === 1 ? userId : undefined,
    custom_id: version === 2 ? userId : undefined,
    assigned_to: integerOf(attributes, 'assigned_to'),
    web_push_subscription: false,
  }
  return version === 1 ? (user as JsonObject) : withFlattened(user, profile)
}

/** Version 1: custom attributes as a list. */
function customAttributes(profile: Profile, { definition }: Shown): JsonValue[] {
  return customNames(profile).map((stored) => {
    const { id, description, name = stored } = definition(stored)
    const value = own(profile.attributes, stored) ?? null
    return { name_std: slug(name), name, value, id, description }
  })
}

/**
 * Version 2: custom attributes as keys of the user, named by `name_std`. A key of the vendor's own
 * wins (wire notes 5.2); of two names with one slug, the one set last.
 */
function withFlattened(
  fields: { [field: string]: JsonValue | undefined },
  profile: Profile,
): JsonObject {
  const user: JsonObject = {}
  for (const field of Object.keys(fields)) {
    const value = fields[field]
    if (value !== undefined) user[field] = value
  }
  const setAt = new Map<string, number>()
  for (const name of customNames(profile)) {
    const key = slug(name)
    const at = own(profile.provenance, name)?.at ?? 0
    const earlier = setAt.get(key)
    const taken = earlier === undefined ? Object.hasOwn(user, key) : earlier > at
    // Assigning to this one name would not make a key but change the object.
    if (taken || key === '__proto__') continue
    user[key] = own(profile.attributes, name) ?? null
    setAt.set(key, at)
  }
  return user
}

export function customNames(profile: Profile): string[] {
  return Object.keys(profile.attributes).filter((name) => !ownAttributes.has(name))
}

function textOf(attributes: JsonObject, name: string): string | null {
  const value = own(attributes, name)
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function integerOf(attributes: JsonObject, name: string): number | null {
  const value = own(attributes, name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

/** One of the words, the first being the vendor's default. */
function wordOf(
  attributes: JsonObject,
  name: string,
  words: readonly [string, ...string[]],
): string {
  const value = own(attributes, name)
  return words.find((word) => word === value) ?? words[0]
}

/** UTC with six digits, as recorded; Roster's clock has milliseconds. */
export function dateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000Z`
}
