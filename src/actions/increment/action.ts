import { defineAction } from '../../core/action.ts'
import { own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { changeSubject } from '../../core/plan-changes.ts'

/** Adds to a number of the event's person; what is absent counts as 0. */
export const increment = defineAction({
  type: 'increment',
  settings: {
    type: 'object',
    properties: {
      attribute: { type: 'string', minLength: 1, maxLength: limits.nameLengthMax },
      by: {
        anyOf: [{ type: 'number' }, { type: 'string', pattern: '\\{[{%]' }],
        description: 'a number, or a template that gives one',
      },
    },
    required: ['attribute'],
    additionalProperties: false,
  },
  plan(settings, state) {
    const name = String(settings.attribute)
    // What stands in a template is text, and of a text of digits the number is meant.
    const by = Number(settings.by ?? 1)
    const isBlank = typeof settings.by === 'string' && settings.by.trim() === ''
    if (isBlank || !Number.isFinite(by)) return { kind: 'skip', name: 'by', reason: 'not_a_number' }
    const stored = own(state.subject?.attributes ?? {}, name) ?? 0
    if (typeof stored !== 'number') return { kind: 'skip', name, reason: 'not_a_number' }
    const sum = stored + by
    const isStorable = Number.isFinite(sum) && Math.abs(sum) <= Number.MAX_SAFE_INTEGER
    if (!isStorable) return { kind: 'skip', name, reason: 'unfit_value' }
    return changeSubject(state, { set: { [name]: sum } })
  },
})
