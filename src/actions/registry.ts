import type { InternalAction, InternalActions } from '../core/action.ts'
import { addTag } from './add-tag/action.ts'
import { removeProfile } from './remove-profile/action.ts'
import { removeTag } from './remove-tag/action.ts'
import { setAttributes } from './set-attributes/action.ts'

const actions: readonly InternalAction[] = [setAttributes, removeProfile, addTag, removeTag]

/** Every action a rule's step may name, by its type. */
export const internalActions: InternalActions = new Map(
  actions.map((action) => [action.type, action]),
)
