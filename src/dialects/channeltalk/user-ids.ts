import type { Key } from '../../core/command.ts'
import { identifierOf, type Profile, type ProfileId } from '../../core/profile.ts'
import type { Workspace } from '../../core/workspace.ts'
import { memoise } from '../../lib/memoise.ts'
import { permutationKeys, permute, unpermute } from '../../lib/permute-id.ts'

/** The kind under which ids brought along from the vendor are stored. */
export const CHANNELTALK_ID = 'channeltalk.id'

/** Turns profiles into the vendor's user ids and back. */
export interface UserIds {
  /** The id brought along from the vendor where there is one, else the derived one. */
  show(profile: Profile, workspace: Workspace): string
  /** Ways to find the profile behind an id; none for text that cannot be one. */
  keys(userId: string, workspace: Workspace): Key[]
}

/**
 * A user id is 20 lower-case hex digits: the second of creation, as with the vendor (wire notes
 * 2.1), then the profile's number scrambled with the workspace's key. Nothing of it is stored.
 */
export function createUserIds(): UserIds {
  const keysOf = memoise(1_000, (idKey) => permutationKeys(idKey, purpose))
  return {
    show(profile, workspace) {
      const brought = identifierOf(profile, CHANNELTALK_ID)
      if (brought !== undefined) return brought
      const number = permute(profile.id, keysOf(workspace.idKey))
      return hex(Math.floor(profile.createdAt / 1000), 8) + hex(number, 12)
    },
    keys(userId, workspace) {
      if (!/^[0-9a-f]{20}$/.test(userId)) return []
      const number = Number.parseInt(userId.slice(8), 16)
      return [
        { identifier: { kind: CHANNELTALK_ID, value: userId } },
        {
          profile: unpermute(number, keysOf(workspace.idKey)) as ProfileId,
          createdSecond: Number.parseInt(userId.slice(0, 8), 16),
          spelled: true,
        },
      ]
    },
  }
}

/** Turns the numbers of stored things into ids of the vendor's shape and back. */
export interface ThingIds {
  show(number: number, createdAt: number, workspace: Workspace): string
  /** The number behind an id; null for text that cannot be one. */
  read(id: string, workspace: Workspace): number | null
}

/** Ids of events, chats or webhooks: of the same shape, and each kind scrambled in its own way. */
export function createThingIds(kind: 'event' | 'chat' | 'hook'): ThingIds {
  const keysOf = memoise(1_000, (idKey) => permutationKeys(idKey, purposes[kind]))
  return {
    show(number, createdAt, workspace) {
      const second = Math.floor(createdAt / 1000)
      return hex(second, 8) + hex(permute(number, keysOf(workspace.idKey)), 12)
    },
    read(id, workspace) {
      if (!/^[0-9a-f]{20}$/.test(id)) return null
      return unpermute(Number.parseInt(id.slice(8), 16), keysOf(workspace.idKey))
    },
  }
}

/** Keeps these ids apart from other uses of the workspace's key. */
const purpose = 1
const purposes = { event: 101, chat: 102, hook: 103 } as const

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
