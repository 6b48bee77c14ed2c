import { type JsonObject, type JsonValue, own } from '../../core/json.ts'
import { displayName, identifierOf, type Profile, USER_ID } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { fieldForAttribute, isOtherwiseNamed } from './fields.ts'
import type { PhoneNumbers } from './phone-numbers.ts'
import type { UserIds } from './user-ids.ts'
import type { Version } from './versions.ts'

/** What showing a user takes besides the profile. */
export interface UserView {
  ids: UserIds
  phones: PhoneNumbers
}

/**
 * The vendor's User object (wire notes 2.2 and the seed page). What is not set is left out: the
 * recorded answers hold no null and no empty list (2.3).
 */
export function renderUser(
  profile: Profile,
  workspace: Workspace,
  view: UserView,
  version: Version = 5,
): JsonObject {
  const { attributes, tags } = profile
  const isOlder = version < 5
  const blocked = own(attributes, 'blocked') === true
  const unsubscribeEmail = own(attributes, 'unsubscribed_email') === true
  const unsubscribeTexting = own(attributes, 'unsubscribed_texting') === true
  const id = view.ids.show(profile, workspace)
  const memberId = identifierOf(profile, USER_ID)
  const name = displayName(profile)
  const email = text(attributes, 'email')
  const phone = text(attributes, 'phone')
  // One literal, with undefined for what is left out: an object of this size that grows field by
  // field becomes a dictionary, and writing it as JSON took 12 microseconds in place of 1.2.
  const user: { [field: string]: JsonValue | undefined } = {
    id,
    channelId: String(workspace.id),
    memberId,
    type: isOlder ? undefined : memberId === undefined ? 'lead' : 'member',
    name,
    named: name !== undefined,
    mobileNumberQualified:
      phone !== undefined && view.phones.read(phone, workspace.settings.phoneRegion).textable,
    emailQualified: email !== undefined && canReceiveMail(email),
    profile: renderProfile(profile, name),
    profileOnce: renderOnce(profile),
    tags: tags.length > 0 ? tags : undefined,
    alert: 0,
    unread: 0,
    blocked,
    blockedKey: blocked ? String(sinceWhen(profile, 'blocked') ?? profile.updatedAt) : undefined,
    // Whoever is asked not to write to a person by one way is told so by the one flag.
    unsubscribed: isOlder ? unsubscribeEmail || unsubscribeTexting : undefined,
    unsubscribeEmail: isOlder ? undefined : unsubscribeEmail,
    unsubscribeEmailUpdatedAt: isOlder ? undefined : sinceWhen(profile, 'unsubscribed_email'),
    unsubscribeTexting: isOlder ? undefined : unsubscribeTexting,
    unsubscribeTextingUpdatedAt: isOlder ? undefined : sinceWhen(profile, 'unsubscribed_texting'),
    hasChat: own(attributes, 'has_chat') === true,
    hasPushToken: false,
    language: text(attributes, 'language') ?? 'en',
    country: countryCode(attributes),
    province: text(attributes, 'region'),
    city: text(attributes, 'city'),
    timeZone: text(attributes, 'timezone'),
    sessionsCount: count(attributes, 'sessions_count'),
    lastSeenAt: count(attributes, 'last_seen_at'),
    createdAt: profile.createdAt,
    updatedAt: profile.updatedAt,
    version: profile.version,
    member: memberId !== undefined,
    email,
    avatarUrl: text(attributes, 'avatar_url') ?? defaultAvatar(id),
    contact: version === 3 ? email !== undefined || phone !== undefined : undefined,
    mobileNumber: phone,
    landlineNumber: text(attributes, 'landline_phone'),
    systemLanguage: 'en',
  }
  return user as JsonObject
}

/** When an attribute took the value it has, however often it was said since. */
function sinceWhen({ provenance }: Profile, attribute: string): number | undefined {
  const from = own(provenance, attribute)
  return from?.since ?? from?.at
}

/** How long after a touch a user counts as connected. */
const onlineMs = 60_000

/** Where the user is connected, beside the user; undefined for one that is not (wire notes 2.4). */
export function renderOnline(
  profile: Profile,
  workspace: Workspace,
  { ids }: UserView,
  now: number,
): JsonObject | undefined {
  const seenAt = count(profile.attributes, 'last_seen_at')
  if (seenAt === undefined || now - seenAt > onlineMs) return undefined
  const personId = ids.show(profile, workspace)
  return {
    channelId: String(workspace.id),
    personType: 'user',
    personId,
    id: `user-${personId}`,
  }
}

/** Every attribute in the vendor's spelling, with the name to show, be it stored or composed. */
function renderProfile(profile: Profile, name: string | undefined): JsonObject {
  const { attributes } = profile
  const shown: JsonObject = {}
  for (const attribute of Object.keys(attributes)) {
    const field = fieldForAttribute(attribute)
    if (field === null) continue
    // Another dialect may have stored the vendor's spelling itself; the attribute it means wins.
    if (isOtherwiseNamed(attribute) && Object.hasOwn(shown, field)) continue
    shown[field] = attributes[attribute] as JsonValue
  }
  if (name !== undefined) shown.name = name
  return shown
}

/** What was set once and still stands; undefined when that is nothing. */
function renderOnce(profile: Profile): JsonObject | undefined {
  let once: JsonObject | undefined
  for (const attribute of Object.keys(profile.provenance)) {
    if (profile.provenance[attribute]?.once !== true) continue
    const value = own(profile.attributes, attribute)
    const field = fieldForAttribute(attribute)
    if (value === undefined || field === null) continue
    once ??= {}
    once[field] = value
  }
  return once
}

/** Whether an address has the form of one that mail can be sent to; nothing is looked up. */
export function canReceiveMail(email: string): boolean {
  const at = email.indexOf('@')
  const domain = email.slice(at + 1)
  if (at < 1 || at > 64 || email.length > 254 || domain.includes('@')) return false
  if (/[\s"(),:;<>[\\\]]/.test(email)) return false
  return /^[^.]/.test(domain) && domain.includes('.') && !/\.(\.|$)/.test(domain)
}

/**
 * The vendor makes a picture for whoever has none. Ours is one square of a colour of the user's
 * own, inside the address itself, so that nobody outside learns who is being looked at.
 */
function defaultAvatar(id: string): string {
  return `data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20viewBox='0%200%201%201'%3E%3Cpath%20fill='%23${id.slice(-6)}'%20d='M0%200h1v1H0z'/%3E%3C/svg%3E`
}

/** The country where it is a code; other dialects store whole names too. */
function countryCode(attributes: JsonObject): string | undefined {
  const country = text(attributes, 'country')
  return country !== undefined && /^[A-Z]{2}$/.test(country) ? country : undefined
}

/** An attribute that is text and not empty; what else is stored cannot be shown in a mirror. */
function text(attributes: JsonObject, name: string): string | undefined {
  const value = own(attributes, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An attribute that is a whole number; other dialects and rules may store anything. */
function count(attributes: JsonObject, name: string): number | undefined {
  const value = own(attributes, name)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}
