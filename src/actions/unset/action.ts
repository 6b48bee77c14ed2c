import { defineAction } from '../../core/action.ts'
import { limits } from '../../core/limits.ts'
import { changeSubject } from '../../core/plan-changes.ts'

/** Clears attributes of the event's person. */
export const unset = defineAction({
  type: 'unset',
  settings: {
    type: 'object',
    properties: {
      attributes: {
        type: 'array',
        items: { type: 'string', minLength: 1, maxLength: limits.nameLengthMax },
        minItems: 1,
        description: 'a list of names of attributes',
      },
    },
    required: ['attributes'],
    additionalProperties: false,
  },
  plan(settings, state) {
    const names = Array.isArray(settings.attributes) ? settings.attributes : []
    return changeSubject(state, { set: Object.fromEntries(names.map((name) => [name, null])) })
  },
})
