import { standardAttributes } from '../../core/attributes.ts'

/** The keys of a user's profile that the vendor itself names, with the attribute each one means. */
export const profileFields: readonly (readonly [field: string, attribute: string])[] = [
  ['name', 'name'],
  ['email', 'email'],
  ['mobileNumber', 'phone'],
  ['landlineNumber', 'landline_phone'],
  ['avatarUrl', 'avatar_url'],
  ['firstName', 'first_name'],
  ['lastName', 'last_name'],
  ['recentPurchaseCount', 'recentPurchaseCount'],
  ['recentPurchaseAmount', 'recentPurchaseAmount'],
]

/** Attributes that stand beside the profile in a user, never in it. */
export const besideProfile: readonly string[] = [
  'unsubscribed_email',
  'unsubscribed_texting',
  'blocked',
  'last_seen_at',
  'sessions_count',
  'has_chat',
]

/** What `profile: null` leaves alone. */
export const keptOnClear: readonly string[] = [...besideProfile, 'language']

const attributeOf = new Map(profileFields)
const fieldOf = new Map(profileFields.map(([field, attribute]) => [attribute, field]))

/**
 * Attribute names that a free key may not take over: a profile key `blocked` is the customer's own
 * and must not block anybody. Such keys are stored as `profile.blocked`, which is also how the
 * vendor's guide addresses them, and come back as they were sent.
 */
const reserved = new Set([
  ...profileFields.filter(([field, attribute]) => field !== attribute).map((pair) => pair[1]),
  ...besideProfile,
])
const prefix = 'profile.'

/** The attribute that a profile key means. No two keys mean the same one. */
export function attributeForField(field: string): string {
  const named = attributeOf.get(field)
  if (named !== undefined) return named
  return isReserved(field) ? prefix + field : field
}

/** The profile key that shows an attribute; null for what stands beside the profile. */
export function fieldForAttribute(attribute: string): string | null {
  const named = fieldOf.get(attribute)
  if (named !== undefined) return named
  if (besideProfile.includes(attribute)) return null
  if (attribute.startsWith(prefix) && isReserved(attribute)) return attribute.slice(prefix.length)
  return attribute
}

/** Whether an attribute is the vendor's own or one that every dialect knows. */
export function isKnownAttribute(attribute: string): boolean {
  return fieldOf.has(attribute) || Object.hasOwn(standardAttributes, attribute)
}

/**
 * Whether another attribute is shown under this name, so that one stored as spelt has to give way.
 */
export function isOtherwiseNamed(name: string): boolean {
  const attribute = attributeOf.get(name)
  return attribute !== undefined && attribute !== name
}

/**
 * Counts a name with any number of prefixes, so that each prefixed key has a form of its own too.
 */
function isReserved(name: string): boolean {
  let rest = name
  while (rest.startsWith(prefix)) rest = rest.slice(prefix.length)
  return reserved.has(rest)
}
