import { defineAction } from '../../core/action.ts'
import type { Key } from '../../core/command.ts'
import { isObject, own } from '../../core/json.ts'
import { emailIdentifier } from '../../core/profile.ts'

/**
 * Sets attributes on the event's person, or on the one with the event's e-mail, made if need be.
 */
export const setAttributes = defineAction({
  type: 'set-attributes',
  settings: {
    type: 'object',
    properties: {
      match: { enum: ['email', 'subject'] },
      attributes: {
        anyOf: [{ const: 'event' }, { type: 'object', minProperties: 1 }],
      },
    },
    required: ['attributes'],
    additionalProperties: false,
  },
  plan(settings, { event, subject }) {
    const set = isObject(settings.attributes) ? settings.attributes : event.attributes
    const changes = { set }
    if (settings.match !== 'email') {
      if (!subject) return { kind: 'skip', name: 'profile', reason: 'no_profile' }
      const keys: Key[] = [{ profile: subject.id }]
      return { kind: 'write-profile', keys, matchEmail: false, onMissing: 'refuse', changes }
    }
    const email = own(event.attributes, 'email')
    const identifier = emailIdentifier(email)
    if (!identifier) return { kind: 'skip', name: 'email', reason: 'no_email' }
    // A person made for this e-mail has to have it, also where only fixed values are set.
    const withEmail = { set: { email: email ?? null, ...set } }
    return {
      kind: 'write-profile',
      keys: [{ identifier }],
      matchEmail: false,
      onMissing: 'create',
      changes: withEmail,
    }
  },
})
