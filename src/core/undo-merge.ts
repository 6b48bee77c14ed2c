import type { UndoMerge } from './command.ts'
import type { ProfileWrite } from './decision.ts'
import type { Drafts } from './drafts.ts'
import { Fault } from './errors.ts'
import type { Change, Dropped } from './event.ts'
import { own, sameJson } from './json.ts'
import { hasIdentifier, type Identifier, MERGED_PROFILE, type Profile } from './profile.ts'

export interface Unmerged {
  into: Profile
  restored: Profile[]
  changes: Change[]
  dropped: Dropped[]
}

/**
 * Takes from who stayed what the merge gave, and brings back who went, in the drafts only. What was
 * changed since stays with who stayed; what somebody else has by now stays there. Both is told.
 *
 * @throws Fault `conflict` where one of them is not merged into it any more, or was erased.
 */
export function undoMerge(drafts: Drafts, command: UndoMerge, now: number): Unmerged {
  const aliases = command.gone.map(({ profile }) => aliasOf(profile))
  const given = command.gone.flatMap(({ identifiers }) => identifiers)
  drafts.require([...aliases, ...given], 'all')
  drafts.requireProfiles([command.into, ...command.gone.map(({ profile }) => profile)])
  const found = drafts.profile(command.into)
  if (!found) throw new Fault('profile_not_found')
  const gone = command.gone.map(({ profile: id, identifiers }) => {
    const profile = drafts.removed(id)
    if (profile && drafts.owner(aliasOf(id))?.id === found.id) return { profile, identifiers }
    const message = `Profile ${id} is not merged into profile ${found.id}, or was erased.`
    throw new Fault('conflict', { message, profile: id })
  })
  const into = drafts.edit(found)
  const dropped: Dropped[] = []
  const changes = [
    ...giveBackIdentifiers(drafts, into, command.changes),
    ...takeAttributes(into.profile, command, gone, dropped),
    ...takeTags(into.profile, command.changes),
  ]
  bump(into, now)
  const restored = gone.map(({ profile, identifiers }) => {
    const write = drafts.edit(profile)
    write.profile.removedAt = null
    for (const identifier of identifiers) {
      const owner = drafts.owner(identifier)
      if (owner === null || owner.id === found.id) drafts.claim(write, identifier)
      else dropped.push({ name: identifier.kind, reason: 'changed_since' })
    }
    bump(write, now)
    return write.profile
  })
  return { into: into.profile, restored, changes, dropped }
}

function aliasOf(id: number): Identifier {
  return { kind: MERGED_PROFILE, value: String(id) }
}

/** What who stayed gained, as far as it still has it. */
function giveBackIdentifiers(
  drafts: Drafts,
  write: ProfileWrite,
  changes: readonly Change[],
): Change[] {
  return changes.flatMap(({ of, name: kind, to }): Change[] => {
    const value = String(to)
    if (of !== 'identifier' || !hasIdentifier(write.profile.identifiers, { kind, value })) return []
    drafts.release(write, { kind, value })
    return [{ name: kind, of, from: value, to: null }]
  })
}

function takeAttributes(
  profile: Profile,
  { changes }: UndoMerge,
  gone: readonly { profile: Profile }[],
  dropped: Dropped[],
): Change[] {
  return changes.flatMap(({ of, name, to }): Change[] => {
    const value = own(profile.attributes, name)
    if (of !== undefined || value === undefined) return []
    const now = own(profile.provenance, name)
    const isSame = gone.some((other) => {
      const then = own(other.profile.provenance, name)
      return then?.event === now?.event && then?.at === now?.at
    })
    if (!isSame || !sameJson(value, to)) {
      dropped.push({ name, reason: 'changed_since' })
      return []
    }
    delete profile.attributes[name]
    delete profile.provenance[name]
    return [{ name, from: value, to: null }]
  })
}

function takeTags(profile: Profile, changes: readonly Change[]): Change[] {
  const change = changes.find(({ of }) => of === 'tags')
  if (!change) return []
  const before = new Set(change.from as string[])
  const gained = (change.to as string[]).filter((tag) => !before.has(tag))
  const from = profile.tags
  const to = from.filter((tag) => !gained.includes(tag))
  if (to.length === from.length) return []
  profile.tags = to
  return [{ name: 'tags', of: 'tags', from, to }]
}

function bump(write: ProfileWrite, now: number): void {
  write.dirty = true
  write.profile.version += 1
  write.profile.updatedAt = Math.max(now, write.profile.updatedAt)
}
