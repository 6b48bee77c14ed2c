import { defineAction } from '../../core/action.ts'
import { eventTypePattern, reservedEventGroups } from '../../core/event.ts'
import { isObject } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'

/** Logs an event of the rule's own about the same person; rules react to it as to any other. */
export const triggerEvent = defineAction({
  type: 'trigger-event',
  settings: {
    type: 'object',
    properties: {
      type: {
        type: 'string',
        pattern: `^(?!(?:${reservedEventGroups.join('|')})\\.)${eventTypePattern.source.slice(1)}`,
        maxLength: limits.nameLengthMax,
        description:
          "an event type such as shop.reminder, not in a group of Roster's own: " +
          reservedEventGroups.join(', '),
      },
      attributes: { anyOf: [{ const: 'event' }, { type: 'object' }] },
    },
    required: ['type'],
    additionalProperties: false,
  },
  isCounted: true,
  plan(settings, { event }) {
    const given = settings.attributes === 'event' ? event.attributes : settings.attributes
    const attributes = isObject(given) ? given : {}
    return { kind: 'tell', type: String(settings.type), attributes }
  },
})
