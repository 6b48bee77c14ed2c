import type { Key } from '../../core/command.ts'
import { limits } from '../../core/limits.ts'
import { identifierOf, type Profile, type ProfileId } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { profileIdOfKey, userKey } from './user-key.ts'

/** The integer id of a user: the one brought along from the vendor, else the profile's own. */
export function shownId(profile: Profile): number {
  const stored = identifierOf(profile, vendorId)
  return stored === undefined ? profile.id : Number(stored)
}

/** The ways to find the user that has this integer id; `digits` are decimal digits and no more. */
export function keysOfId(digits: string): Key[] {
  const value = digits.replace(/^0+(?=.)/, '')
  if (value.length > limits.identifierLengthMax) return []
  const keys: Key[] = [{ identifier: { kind: vendorId, value } }]
  const id = Number(value)
  if (id > 0 && id < profileIdEnd) keys.push({ profile: id as ProfileId, spelled: true })
  return keys
}

/** The `key` (version 2: `user_key`) of a user. */
export function shownKey(profile: Profile, workspace: Workspace): string {
  return identifierOf(profile, vendorKey) ?? userKey(profile.id, workspace.idKey)
}

/** The ways to find the user that has this key. */
export function keysOfKey(key: string, workspace: Workspace): Key[] {
  const keys: Key[] = [{ identifier: { kind: vendorKey, value: key } }]
  const id = profileIdOfKey(key, workspace.idKey)
  if (id !== undefined && id > 0) keys.push({ profile: id, spelled: true })
  return keys
}

/** Identifier kinds of what the real vendor once handed out for a person. */
const vendorId = 'usercom.id'
const vendorKey = 'usercom.key'
/** Profile ids stay below this. */
const profileIdEnd = 2 ** 48
