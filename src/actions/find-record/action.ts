import { defineAction } from '../../core/action.ts'
import { isObject } from '../../core/json.ts'
import { collectionName, matchValues } from '../../core/record-settings.ts'

/**
 * Makes the newest record that matches the one of the rest: of the person's in a collection, or of
 * everybody's, and then its person that of the rest too.
 */
export const findRecord = defineAction({
  type: 'find-record',
  settings: {
    type: 'object',
    properties: {
      collection: collectionName,
      match: matchValues,
      among: { enum: ['person', 'everybody'], description: '"person" or "everybody"' },
      missing: { enum: ['end', 'pass'], description: '"end" or "pass"' },
    },
    required: ['collection'],
    additionalProperties: false,
  },
  plan({ collection, match, among, missing }) {
    return {
      kind: 'record',
      op: 'find',
      collection: String(collection),
      ...(among === 'everybody' && { everybody: true }),
      ...(isObject(match) && { match }),
      ...(missing === 'pass' && { missing }),
    }
  },
})
