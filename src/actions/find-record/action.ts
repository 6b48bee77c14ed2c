import { defineAction } from '../../core/action.ts'
import { isObject } from '../../core/json.ts'
import { collectionName, matchValues } from '../../core/record-settings.ts'

/** Makes the newest record that matches, of the person's in a collection, the one of the rest. */
export const findRecord = defineAction({
  type: 'find-record',
  settings: {
    type: 'object',
    properties: {
      collection: collectionName,
      match: matchValues,
      missing: { enum: ['end', 'pass'], description: '"end" or "pass"' },
    },
    required: ['collection'],
    additionalProperties: false,
  },
  plan({ collection, match, missing }) {
    return {
      kind: 'record',
      op: 'find',
      collection: String(collection),
      ...(isObject(match) && { match }),
      ...(missing === 'pass' && { missing }),
    }
  },
})
