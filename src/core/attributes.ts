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
