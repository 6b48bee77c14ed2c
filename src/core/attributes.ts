import { type JsonValue, own } from './json.ts'

/**
 * The standard attributes: one canonical name per meaning, whatever dialect wrote it. A dialect's
 * `fields` table maps its vendor's spelling to these; every other name keeps its own spelling. A
 * value of another type is stored all the same, and a dialect that cannot show it shows its
 * vendor's default.
 */
export const standardAttributes = {
  email: 'text',
  first_name: 'text',
  /** The Dutch infix, as in "van der"; Copernica calls it `suffix`. */
  name_infix: 'text',
  last_name: 'text',
  /** Reads as the later of this and first + infix + last: `displayName`. */
  name: 'text',
  phone: 'text',
  landline_phone: 'text',
  avatar_url: 'text',
  /** `unknown`, `male` or `female`. */
  gender: 'text',
  language: 'text',
  country: 'text',
  region: 'text',
  city: 'text',
  timezone: 'text',
  unsubscribed_email: 'boolean',
  unsubscribed_texting: 'boolean',
  blocked: 'boolean',
  /** `visitor` or `user`. */
  status: 'text',
  score: 'integer',
  notifications: 'boolean',
  assigned_to: 'integer',
  facebook_url: 'text',
  google_url: 'text',
  linkedin_url: 'text',
  twitter_url: 'text',
} as const satisfies { [name: string]: 'text' | 'boolean' | 'integer' }

export type StandardAttribute = keyof typeof standardAttributes

/** What is written for true and false, in small letters. */
export const booleanWords: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
])

/**
 * What text or a number says in the type of the standard attribute it is for, so that an opt-out
 * that came as `1` is one for everybody. What says nothing of that type stays as it is, and so
 * does what is for any other attribute.
 */
export function asStandard(name: string, value: JsonValue): JsonValue {
  if (typeof value !== 'string' && typeof value !== 'number') return value
  const type = own<'text' | 'boolean' | 'integer'>(standardAttributes, name)
  if (type === undefined || type === 'text') return value
  const said = String(value).trim().toLowerCase()
  if (type === 'boolean') return booleanWords.get(said) ?? value
  return /^[+-]?\d{1,15}$/.test(said) ? Number(said) + 0 : value
}
