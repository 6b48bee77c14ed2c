import { defineAction } from '../../core/action.ts'
import { isObject } from '../../core/json.ts'
import { collectionName, matchValues } from '../../core/record-settings.ts'

/** Removes the record that the run is about, or those of the person's that match. */
export const removeRecord = defineAction({
  type: 'remove-record',
  settings: {
    type: 'object',
    properties: { collection: collectionName, match: matchValues },
    dependentRequired: { match: ['collection'] },
    additionalProperties: false,
  },
  isCounted: true,
  plan({ collection, match }) {
    return {
      kind: 'record',
      op: 'remove',
      ...(collection !== undefined && { collection: String(collection) }),
      ...(isObject(match) && { match }),
    }
  },
})
