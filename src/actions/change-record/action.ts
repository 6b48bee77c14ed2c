import { defineAction } from '../../core/action.ts'
import { isObject } from '../../core/json.ts'
import { collectionName, matchValues, newValues } from '../../core/record-settings.ts'

/** Changes the record that the run is about, or those of the person's that match. */
export const changeRecord = defineAction({
  type: 'change-record',
  settings: {
    type: 'object',
    properties: {
      collection: collectionName,
      match: matchValues,
      set: newValues,
      missing: { enum: ['pass', 'create'], description: '"pass" or "create"' },
    },
    required: ['set'],
    dependentRequired: { match: ['collection'], missing: ['collection'] },
    additionalProperties: false,
  },
  isCounted: true,
  plan({ collection, match, set, missing }) {
    return {
      kind: 'record',
      op: 'change',
      ...(collection !== undefined && { collection: String(collection) }),
      ...(isObject(match) && { match }),
      ...(isObject(set) && { set }),
      ...(missing === 'create' && { missing }),
    }
  },
})
