import type { Key, MergeProfiles } from './command.ts'
import type { ProfileWrite } from './decision.ts'
import type { Drafts } from './drafts.ts'
import { Fault, invalidField } from './errors.ts'
import type { Change, Dropped } from './event.ts'
import { own } from './json.ts'
import { limits } from './limits.ts'
import {
  hasIdentifier,
  type Identifier,
  MERGED_PROFILE,
  type Profile,
  type ProfileId,
} from './profile.ts'
import { findByKeys, keyIdentifiers } from './write-profile.ts'

/** Who stays, and who goes: nobody twice, and not who stays. */
export interface Merged {
  into: Profile
  from: Profile[]
}

/**
 * Finds whom a merge is about.
 *
 * @throws Fault `profile_not_found` when there is nobody to stay, `invalid_field` for too many.
 */
export function findMerged(drafts: Drafts, { into, from }: MergeProfiles): Merged {
  if (from.length > limits.mergedPerCommandMax) {
    throw invalidField('from', `names more than ${limits.mergedPerCommandMax} profiles.`)
  }
  requireAll(drafts, [into, ...from].flat())
  const stays = findByKeys(drafts, into)
  if (!stays) throw new Fault('profile_not_found')
  const going = new Map<ProfileId, Profile>()
  for (const keys of from) {
    const found = findByKeys(drafts, keys)
    if (found && found.id !== stays.id) going.set(found.id, found)
  }
  return { into: stays, from: [...going.values()] }
}

/**
 * Gives who stays what the others have, in the drafts only: attributes it lacks with who set them
 * and when, tags, and identifiers, behind its own. The version is raised by one. The others still
 * hold their identifiers afterwards; letting go of them makes who stays the owner.
 */
export function mergeProfiles(
  drafts: Drafts,
  into: Profile,
  from: readonly Profile[],
  now: number,
): { write: ProfileWrite; changes: Change[]; dropped: Dropped[] } {
  const aliases = from.map(({ id }) => ({ kind: MERGED_PROFILE, value: String(id) }))
  drafts.require([...from.flatMap(({ identifiers }) => identifiers), ...aliases], 'all')
  const write = drafts.edit(into)
  const { profile } = write
  const dropped: Dropped[] = []
  const changes = from.flatMap((other) => addAttributes(profile, other, dropped))
  changes.push(...addTags(profile, from, dropped))
  for (const identifier of [...from.flatMap(({ identifiers }) => identifiers), ...aliases]) {
    const { kind, value } = identifier
    if (hasIdentifier(profile.identifiers, identifier)) continue
    drafts.claim(write, identifier)
    changes.push({ name: kind, of: 'identifier', from: null, to: value })
  }
  write.dirty = true
  profile.version += 1
  profile.updatedAt = Math.max(now, profile.updatedAt)
  return { write, changes, dropped }
}

/** One round for all of them: a round each would be more than a decision may ask for. */
function requireAll(drafts: Drafts, keys: readonly Key[]): void {
  const identifiers: Identifier[] = keyIdentifiers(keys)
  const ids = keys.flatMap((key) => ('profile' in key ? [key.profile] : []))
  drafts.require(identifiers)
  drafts.requireProfiles(ids)
  const gone = ids.filter((id) => drafts.profile(id) === null)
  drafts.require(gone.map((id) => ({ kind: MERGED_PROFILE, value: String(id) })))
}

function addAttributes(profile: Profile, other: Profile, dropped: Dropped[]): Change[] {
  const changes: Change[] = []
  for (const name of Object.keys(other.attributes)) {
    const value = other.attributes[name]
    const provenance = own(other.provenance, name)
    if (value === undefined || !provenance || Object.hasOwn(profile.attributes, name)) continue
    const isNew = !Object.hasOwn(profile.provenance, name)
    if (isNew && Object.keys(profile.provenance).length >= limits.attributesPerProfileMax) {
      dropped.push({ name, reason: 'too_many_attributes' })
      continue
    }
    profile.attributes[name] = value
    profile.provenance[name] = provenance
    changes.push({ name, from: null, to: value })
  }
  return changes
}

function addTags(profile: Profile, from: readonly Profile[], dropped: Dropped[]): Change[] {
  const before = profile.tags
  const all = [...new Set([...before, ...from.flatMap(({ tags }) => tags)])]
  const kept = all.slice(0, limits.tagsPerProfileMax)
  if (kept.length < all.length) dropped.push({ name: 'tags', reason: 'too_many_tags' })
  if (kept.length === before.length) return []
  profile.tags = kept
  return [{ name: 'tags', of: 'tags', from: before, to: kept }]
}
