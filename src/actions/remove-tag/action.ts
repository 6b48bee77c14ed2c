import { defineAction } from '../../core/action.ts'
import { changeTag, tagSettings } from '../../core/plan-changes.ts'

/** Takes a tag off the event's person. */
export const removeTag = defineAction({
  type: 'remove-tag',
  settings: tagSettings,
  plan: (settings, state) => changeTag(settings, state, 'remove'),
})
