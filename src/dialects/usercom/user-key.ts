import type { ProfileId } from '../../core/profile.ts'
import { memoise } from '../../lib/memoise.ts'
import { permutationKeys, permute, unpermute } from '../../lib/permute-id.ts'

/**
 * The `key` of a user: 12 lower-case letters and digits, as random to look at as the vendor's, but
 * derived from the profile id, so that it is never stored and a search by key can undo it. Each
 * half is 24 bits of the scrambled id and 7 bits that prove them, which just fits six base-36
 * digits.
 */
export function userKey(id: ProfileId, idKey: string): string {
  const keys = keysOf(idKey)
  const hidden = permute(id, keys)
  const proof = permute(hidden, keys)
  const left = Math.floor(hidden / 2 ** 24) * 128 + (Math.floor(proof / 128) % 128)
  const right = (hidden % 2 ** 24) * 128 + (proof % 128)
  return digits(left) + digits(right)
}

/** The profile id that a key was derived from, or undefined for any other text. */
export function profileIdOfKey(key: string, idKey: string): ProfileId | undefined {
  if (!pattern.test(key)) return undefined
  const left = Math.floor(Number.parseInt(key.slice(0, 6), 36) / 128)
  const right = Math.floor(Number.parseInt(key.slice(6), 36) / 128)
  if (left >= 2 ** 24 || right >= 2 ** 24) return undefined
  const id = unpermute(left * 2 ** 24 + right, keysOf(idKey)) as ProfileId
  return userKey(id, idKey) === key ? id : undefined
}

/** Keeps this use of the workspace's key apart from ids that other dialects derive with it. */
const purpose = 2
const keysOf = memoise(1_000, (idKey) => permutationKeys(idKey, purpose))
const pattern = /^[0-9a-z]{12}$/

function digits(half: number): string {
  return half.toString(36).padStart(6, '0')
}
