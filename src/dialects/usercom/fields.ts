import type { StandardAttribute } from '../../core/attributes.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import {
  boolean,
  choice,
  email,
  integer,
  integerOrNothing,
  type ReadValue,
  text,
} from './coerce.ts'

/** What a key of a user's body means. */
export type Field =
  | {
      kind: 'attribute'
      attribute: StandardAttribute
      read: ReadValue
      refusesEmpty: boolean
      /** What a user shows who has no value; none where that is null. */
      byDefault?: JsonValue
    }
  /** The customer's own id; `custom_id` is the name that version 2 gives it. */
  | { kind: 'user_id'; version: 1 | 2 }
  | { kind: 'company' }
  | { kind: 'tags' }
  /** Shown in the user object and not writable: accepted and not looked at. */
  | { kind: 'read-only' }

export const genders = ['unknown', 'male', 'female'] as const
export const statuses = ['visitor', 'user'] as const

/**
 * The vendor's spelling of every key it knows: the 21 names of the seed, version 2's names for two
 * of them, tags, and the read-only keys. Limits are those of wire notes 4.
 */
export const fields: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['user_id', { kind: 'user_id', version: 1 }],
  ['custom_id', { kind: 'user_id', version: 2 }],
  ['email', attribute('email', email(254))],
  ['first_name', attribute('first_name', text(40))],
  ['last_name', attribute('last_name', text(40))],
  ['phone_number', attribute('phone', text(64))],
  ['gender', filled('gender', choice(genders), genders[0])],
  ['status', filled('status', choice(statuses), statuses[0])],
  ['score', filled('score', integer, 0)],
  ['unsubscribed', filled('unsubscribed_email', boolean, false)],
  ['notifications', filled('notifications', boolean, true)],
  ['assigned_to', attribute('assigned_to', integerOrNothing)],
  ['city', attribute('city', text(64))],
  ['region', attribute('region', text(limits.stringLengthMax))],
  ['country', attribute('country', text(limits.stringLengthMax))],
  ['timezone', attribute('timezone', text(limits.stringLengthMax))],
  ['gravatar_url', attribute('avatar_url', text(limits.stringLengthMax))],
  ['facebook_url', attribute('facebook_url', text(limits.stringLengthMax))],
  ['google_url', attribute('google_url', text(limits.stringLengthMax))],
  ['linkedin_url', attribute('linkedin_url', text(limits.stringLengthMax))],
  ['twitter_url', attribute('twitter_url', text(limits.stringLengthMax))],
  ['company_id', { kind: 'company' }],
  ['company_custom_id', { kind: 'company' }],
  ['tags', { kind: 'tags' }],
  ...[
    'id',
    'key',
    'user_key',
    'name',
    'first_seen',
    'last_seen',
    'page_views',
    'last_ip',
    'browser',
    'browser_language',
    'os_type',
    'resolution',
    'created_at',
    'updated_at',
    'last_contacted',
    'companies',
    'lists',
    'attributes',
    'chat_id',
    'web_push_subscription',
    'most_active_time',
  ].map((name) => [name, { kind: 'read-only' }] as const),
])

/** Attributes that are columns of the vendor's own; every other stored one is shown as custom. */
export const ownAttributes: ReadonlySet<string> = new Set([
  'name',
  ...[...fields.values()].flatMap((field) => (field.kind === 'attribute' ? [field.attribute] : [])),
])

/**
 * The writable field that a display name such as `First name` stands for: the vendor's own shop
 * plug-in sends those (wire notes 6.6). Version 2's names, tags and read-only keys have none.
 */
export function fieldByDisplayName(name: string): Field | undefined {
  if (name.length > displayNameLengthMax || plainSlug.test(name)) return undefined
  return displayed.get(slug(name))
}

/** The vendor's `name_std`: lower case, and `_` for each run of what is not a letter or digit. */
export function slug(name: string): string {
  if (plainSlug.test(name)) return name
  return name.trim().toLowerCase().replace(notWord, '_')
}

const displayNameLengthMax = 40
const plainSlug = /^[a-z0-9_]*$/
const notWord = /[^\p{L}\p{M}\p{N}_]+/gu

const displayed: ReadonlyMap<string, Field> = new Map(
  [...fields].filter(
    ([name, { kind }]) =>
      kind !== 'read-only' &&
      kind !== 'tags' &&
      name !== 'custom_id' &&
      name !== 'company_custom_id',
  ),
)

function attribute(name: StandardAttribute, read: ReadValue): Field {
  return { kind: 'attribute', attribute: name, read, refusesEmpty: false }
}

/** A field that has a default and no empty value. */
function filled(name: StandardAttribute, read: ReadValue, byDefault: JsonValue): Field {
  return { kind: 'attribute', attribute: name, read, refusesEmpty: true, byDefault }
}
