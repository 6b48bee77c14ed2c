import type { Action, Actions } from '../core/action.ts'
import { addTag } from './add-tag/action.ts'
import { changeRecord } from './change-record/action.ts'
import { createRecord } from './create-record/action.ts'
import { findProfile } from './find-profile/action.ts'
import { findRecord } from './find-record/action.ts'
import { increment } from './increment/action.ts'
import { linkIdentifier } from './link-identifier/action.ts'
import { removeProfile } from './remove-profile/action.ts'
import { removeRecord } from './remove-record/action.ts'
import { removeTag } from './remove-tag/action.ts'
import { setAttributes } from './set-attributes/action.ts'
import { setOnce } from './set-once/action.ts'
import { subscribe } from './subscribe/action.ts'
import { triggerEvent } from './trigger-event/action.ts'
import { unset } from './unset/action.ts'
import { unsubscribe } from './unsubscribe/action.ts'
import { webhook } from './webhook/action.ts'

const known: readonly Action[] = [
  ...[setAttributes, setOnce, unset, increment, addTag, removeTag, subscribe, unsubscribe],
  ...[removeProfile, findProfile, linkIdentifier, triggerEvent, webhook],
  ...[findRecord, createRecord, changeRecord, removeRecord],
]

/** Every action a rule's step may name, by its type. */
export const actions: Actions = new Map(known.map((action) => [action.type, action]))
