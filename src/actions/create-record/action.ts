import { defineAction } from '../../core/action.ts'
import { isObject } from '../../core/json.ts'
import { collectionName, newValues } from '../../core/record-settings.ts'

/** Makes a record of the person's in a collection, which is the one of the rest. */
export const createRecord = defineAction({
  type: 'create-record',
  settings: {
    type: 'object',
    properties: { collection: collectionName, set: newValues },
    required: ['collection'],
    additionalProperties: false,
  },
  isCounted: true,
  plan({ collection, set }) {
    return {
      kind: 'record',
      op: 'create',
      collection: String(collection),
      ...(isObject(set) && { set }),
    }
  },
})
