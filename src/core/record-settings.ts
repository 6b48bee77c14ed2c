import type { JsonObject } from './json.ts'
import { limits } from './limits.ts'

/*
 * What the settings of actions on records have in common. Plain data: the thread that writes loads
 * actions, and has no use for a schema library.
 */

/** The name of a collection; a template is longer than what comes out of it. */
export const collectionName: JsonObject = {
  type: 'string',
  minLength: 1,
  maxLength: limits.stringLengthMax,
  description: 'the name of a collection such as Orders',
}

/** Values by their names in the collection. */
export function recordValues(description: string): JsonObject {
  return { type: 'object', minProperties: 1, description }
}

/** Values that records must have to be meant. */
export const matchValues = recordValues('a map of values that a record must have')

/** Values to be written. */
export const newValues = recordValues('a map of values by their names in the collection')
