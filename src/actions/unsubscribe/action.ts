import { defineAction } from '../../core/action.ts'
import { changeChannel, channelSettings } from '../../core/plan-changes.ts'

/** Switches a channel off for the event's person. */
export const unsubscribe = defineAction({
  type: 'unsubscribe',
  settings: channelSettings,
  plan: (settings, state) => changeChannel(settings, state, true),
})
