import { defineAction } from '../../core/action.ts'
import { own } from '../../core/json.ts'
import { emailIdentifier } from '../../core/profile.ts'

/** Removes the event's person, or the one with the event's e-mail. */
export const removeProfile = defineAction({
  type: 'remove-profile',
  settings: {
    type: 'object',
    properties: { match: { enum: ['email', 'subject'] } },
    additionalProperties: false,
  },
  plan(settings, { event, subject }) {
    if (settings.match !== 'email') {
      if (!subject) return { kind: 'skip', name: 'profile', reason: 'no_profile' }
      return { kind: 'remove-profile', keys: [{ profile: subject.id }] }
    }
    const identifier = emailIdentifier(own(event.attributes, 'email'))
    if (!identifier) return { kind: 'skip', name: 'email', reason: 'no_email' }
    return { kind: 'remove-profile', keys: [{ identifier }] }
  },
})
