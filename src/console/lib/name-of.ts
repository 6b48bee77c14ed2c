import type { Profile } from '../../client/client.js'

/** What to call a person by, as far as anything is known of them. */
export function nameOf(profile: Profile): string {
  const email = profile.attributes.email
  const named = profile.display_name || (typeof email === 'string' && email)
  return named || profile.identifiers[0]?.value || `#${profile.id}`
}
