import { defineAction } from '../../core/action.ts'
import { limits } from '../../core/limits.ts'
import { emailIdentifier, USER_ID } from '../../core/profile.ts'

const text = { type: 'string', minLength: 1, maxLength: limits.stringLengthMax }

/** Makes somebody else, found by e-mail or by the customer's own id, the person of the rest. */
export const findProfile = defineAction({
  type: 'find-profile',
  settings: {
    type: 'object',
    properties: { email: text, user_id: text },
    minProperties: 1,
    maxProperties: 1,
    additionalProperties: false,
    description: 'a map with exactly one of "email", "user_id"',
  },
  plan(settings) {
    if (settings.user_id !== undefined) {
      const value = String(settings.user_id)
      const isUsable = value !== '' && value.length <= limits.identifierLengthMax
      if (!isUsable) return { kind: 'find', keys: [] }
      return { kind: 'find', keys: [{ identifier: { kind: USER_ID, value } }] }
    }
    const identifier = emailIdentifier(settings.email)
    return { kind: 'find', keys: identifier ? [{ identifier }] : [] }
  },
})
