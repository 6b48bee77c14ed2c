import { identifierOf, type Profile, type ProfileId } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { memoise } from '../../lib/memoise.ts'
import { permutationKeys, permute, unpermute } from '../../lib/permute-id.ts'

/** The kind of a secret that a caller set itself. */
export const SECRET = 'copernica.secret'

/** Apart from what other ids of the workspace are made with. */
const purposes = [11, 12, 13] as const
const digitsEach = 12
const digits = 28
const idEnd = 2 ** 48

/** The vendor's code of a profile: 28 hex digits, which say nothing of its id. */
export function secretOf(profile: Profile, { idKey }: Workspace): string {
  return identifierOf(profile, SECRET) ?? derived(profile.id, idKey)
}

/** Whose code this is, where nobody set it; null for any other text. */
export function profileOfSecret(secret: string, idKey: string): ProfileId | null {
  if (!/^[0-9a-f]{28}$/.test(secret)) return null
  const first = Number.parseInt(secret.slice(0, digitsEach), 16)
  const id = unpermute(first, keysOf(idKey)[0] ?? [])
  return id > 0 && derived(id, idKey) === secret ? (id as ProfileId) : null
}

/** The code of a record that is about a person. Its number is told apart from a profile's. */
export function recordSecret(id: number, { idKey }: Workspace): string {
  return derived(idEnd - 1 - id, idKey)
}

function derived(id: number, idKey: string): string {
  const parts = keysOf(idKey).map((keys) =>
    permute(id, keys).toString(16).padStart(digitsEach, '0'),
  )
  return parts.join('').slice(0, digits)
}

const keysOf = memoise(1_000, (idKey) => purposes.map((one) => permutationKeys(idKey, one)))
