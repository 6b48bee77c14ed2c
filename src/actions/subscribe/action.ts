import { defineAction } from '../../core/action.ts'
import { changeChannel, channelSettings } from '../../core/plan-changes.ts'

/** Switches a channel on for the event's person. */
export const subscribe = defineAction({
  type: 'subscribe',
  settings: channelSettings,
  plan: (settings, state) => changeChannel(settings, state, false),
})
