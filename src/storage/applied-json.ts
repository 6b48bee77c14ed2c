import type { Applied } from '../core/command.ts'
import type { Profile } from '../core/profile.ts'
import { groupProvenance, type ProvenanceGroup, ungroupProvenance } from './group-provenance.ts'

/** What became of a command, with the bulk of the profile in its short form. */
export interface AppliedJson extends Omit<Applied, 'profile'> {
  profile: (Omit<Profile, 'provenance'> & { provenance: ProvenanceGroup[] }) | null
}

export function appliedToJson({ profile, ...rest }: Applied): AppliedJson {
  if (!profile) return { ...rest, profile }
  return { ...rest, profile: { ...profile, provenance: groupProvenance(profile.provenance) } }
}

/** The profile of an `AppliedJson` as text, from the parts that are text already. */
export function profileText(
  { id, version, createdAt, updatedAt, lastEvent, removedAt }: Profile,
  parts: { attributes: string; provenance: string; tags: string; identifiers: string },
): string {
  return (
    `{"id":${id},"version":${version},"attributes":${parts.attributes},` +
    `"provenance":${parts.provenance},"tags":${parts.tags},"identifiers":${parts.identifiers},` +
    `"createdAt":${createdAt},"updatedAt":${updatedAt},"lastEvent":${lastEvent},` +
    `"removedAt":${removedAt}}`
  )
}

/** An `AppliedJson` as text, where the text of the profile is at hand already. */
export function appliedText({ profile, ...rest }: Applied, profileText: string | null): string {
  if (!profile || profileText === null) return JSON.stringify(appliedToJson({ profile, ...rest }))
  return `${JSON.stringify(rest).slice(0, -1)},"profile":${profileText}}`
}

export function appliedFromJson({ profile, ...rest }: AppliedJson): Applied {
  if (!profile) return { ...rest, profile }
  return { ...rest, profile: { ...profile, provenance: ungroupProvenance(profile.provenance) } }
}
