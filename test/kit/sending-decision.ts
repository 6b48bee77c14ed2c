import { actions } from '../../src/actions/registry.ts'
import { defineExternalAction } from '../../src/core/action.ts'
import { createDecide } from '../../src/core/decide.ts'

/** An action that reaches outside, for tests of what is owed: it is never rendered. */
export const send = defineExternalAction({
  type: 'send',
  destinationType: 'toy',
  settings: { type: 'object', properties: { destination: { type: 'string' } } },
  render: () => ({ kind: 'request', request: { method: 'POST', headers: {}, body: '{}' } }),
})

/** The decision as it is, with one action more. */
export const decide = createDecide(new Map([...actions, [send.type, send]]))
