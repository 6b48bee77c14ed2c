import { defineAction } from '../../core/action.ts'
import { attributesSettings, changeAttributesOf } from '../../core/plan-changes.ts'

/** Writes attributes only where nothing is stored. */
export const setOnce = defineAction({
  type: 'set-once',
  settings: attributesSettings,
  plan: (settings, state) =>
    changeAttributesOf(settings, state, (attributes) => ({ set: {}, setOnce: attributes })),
})
