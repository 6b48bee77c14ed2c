import { defineAction } from '../../core/action.ts'
import { attributesSettings, changeAttributesOf } from '../../core/plan-changes.ts'

/**
 * Sets attributes on the event's person, or on the one with the event's e-mail, made if need be.
 */
export const setAttributes = defineAction({
  type: 'set-attributes',
  settings: attributesSettings,
  plan: (settings, state) => changeAttributesOf(settings, state, (set) => ({ set })),
})
