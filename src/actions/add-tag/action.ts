import { defineAction } from '../../core/action.ts'
import { changeTag, tagSettings } from '../../core/plan-changes.ts'

/** Adds a tag to the event's person. */
export const addTag = defineAction({
  type: 'add-tag',
  settings: tagSettings,
  plan: (settings, state) => changeTag(settings, state, 'add'),
})
