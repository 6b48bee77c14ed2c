import { defineAction } from '../../core/action.ts'
import { limits } from '../../core/limits.ts'
import { isPlaceholder } from '../../core/merge-guards.ts'

/**
 * Makes an identifier, such as that of a website session, one of the person's. Whoever had it is
 * merged into the person, unless a guard is against it.
 */
export const linkIdentifier = defineAction({
  type: 'link-identifier',
  settings: {
    type: 'object',
    properties: {
      kind: {
        type: 'string',
        pattern: '^(?!(?:email|user_id|merged_profile)$)[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*$',
        maxLength: 64,
        description: 'a kind of identifier such as session, and not email or user_id',
      },
      value: {
        type: 'string',
        minLength: 1,
        maxLength: limits.stringLengthMax,
        description: 'the value of the identifier',
      },
    },
    required: ['kind', 'value'],
    additionalProperties: false,
  },
  plan({ kind: given, value: text }, { subject }) {
    const kind = String(given)
    const value = String(text).trim()
    if (!subject) return { kind: 'skip', name: 'profile', reason: 'no_profile' }
    const isUsable = value !== '' && value.length <= limits.identifierLengthMax
    if (!isUsable || isPlaceholder(kind, value)) {
      return { kind: 'skip', name: kind, reason: 'unfit_value' }
    }
    return {
      kind: 'write-profile',
      keys: [{ profile: subject.id }],
      matchEmail: false,
      onMissing: 'refuse',
      onConflict: 'merge',
      changes: { set: {}, link: [{ kind, value }] },
    }
  },
})
