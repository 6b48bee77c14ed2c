import type { WorkspaceView } from '../../core/dialect.ts'
import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { displayName, identifierOf, type Profile, USER_ID } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { genders, ownAttributes, slug, statuses } from './fields.ts'
import { shownId, shownKey } from './shown-ids.ts'
import type { Version } from './version.ts'

/**
 * The vendor's user object, every key of it in the recorded order (wire notes 5). What Roster does
 * not observe (visits, browser, lists, companies) has the value a fresh user has there, and so has
 * a stored value that the column cannot express.
 */
export function renderUser(
  profile: Profile,
  version: Version,
  workspace: Workspace,
  view: WorkspaceView,
): JsonObject {
  const { attributes } = profile
  const user: JsonObject = { id: shownId(profile) }
  user[version === 2 ? 'user_key' : 'key'] = shownKey(profile, workspace)
  user.name = displayName(profile) ?? textOf(attributes, 'email')
  user.email = textOf(attributes, 'email')
  user.gender = wordOf(attributes, 'gender', genders)
  user.status = wordOf(attributes, 'status', statuses)
  user.phone_number = textOf(attributes, 'phone')
  user.first_seen = null
  user.last_seen = null
  user.page_views = 0
  user.last_ip = null
  user.timezone = textOf(attributes, 'timezone')
  user.city = textOf(attributes, 'city')
  user.region = textOf(attributes, 'region')
  user.country = textOf(attributes, 'country')
  user.unsubscribed = own(attributes, 'unsubscribed_email') === true
  user.browser_language = null
  user.score = integerOf(attributes, 'score') ?? 0
  user.browser = null
  user.os_type = null
  user.resolution = null
  user.created_at = dateTime(profile.createdAt)
  user.updated_at = dateTime(profile.updatedAt)
  user.companies = []
  if (version === 1) user.attributes = customAttributes(profile, view)
  user.gravatar_url = textOf(attributes, 'avatar_url')
  user.lists = []
  user.tags = profile.tags.map((name) => ({ name, id: view.nameId('tag', name) }))
  user.notifications = own(attributes, 'notifications') !== false
  user.facebook_url = textOf(attributes, 'facebook_url')
  user.linkedin_url = textOf(attributes, 'linkedin_url')
  user.twitter_url = textOf(attributes, 'twitter_url')
  user.google_url = textOf(attributes, 'google_url')
  user.last_contacted = null
  user[version === 2 ? 'custom_id' : 'user_id'] = identifierOf(profile, USER_ID) ?? null
  user.assigned_to = integerOf(attributes, 'assigned_to')
  user.web_push_subscription = false
  if (version === 2) addFlattened(user, profile)
  return user
}

/** Version 1: custom attributes as a list. */
function customAttributes(profile: Profile, view: WorkspaceView): JsonValue[] {
  return customNames(profile).map((name) => ({
    name_std: slug(name),
    name,
    value: own(profile.attributes, name) ?? null,
    id: view.nameId('attribute', name),
    description: '',
  }))
}

/**
 * Version 2: custom attributes as keys of the user, named by `name_std`. A key of the vendor's own
 * wins (wire notes 5.2); of two names with one slug, the one set last.
 */
function addFlattened(user: JsonObject, profile: Profile): void {
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
}

function customNames(profile: Profile): string[] {
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
function dateTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, -1)}000Z`
}
