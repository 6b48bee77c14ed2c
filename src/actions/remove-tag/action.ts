import { defineAction } from '../../core/action.ts'
import { limits } from '../../core/limits.ts'

/** Takes a tag off the event's person. */
export const removeTag = defineAction({
  type: 'remove-tag',
  settings: {
    type: 'object',
    properties: { tag: { type: 'string', minLength: 1, maxLength: limits.nameLengthMax } },
    required: ['tag'],
    additionalProperties: false,
  },
  plan(settings, { subject }) {
    if (!subject) return { kind: 'skip', name: 'profile', reason: 'no_profile' }
    return {
      kind: 'write-profile',
      keys: [{ profile: subject.id }],
      matchEmail: false,
      onMissing: 'refuse',
      changes: { set: {}, tags: { add: [], remove: [String(settings.tag)] } },
    }
  },
})
