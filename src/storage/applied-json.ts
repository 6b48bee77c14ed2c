import type { Applied } from '../core/command.ts'
import type { Profile } from '../core/profile.ts'
import { groupProvenance, type ProvenanceGroup, ungroupProvenance } from './group-provenance.ts'
import type { Row } from './rows.ts'

/** A profile with its bulk in the short form. */
export type ProfileJson = Omit<Profile, 'provenance'> & { provenance: ProvenanceGroup[] }

/** What became of a command. */
export interface AppliedJson extends Omit<Applied, 'profile'> {
  profile: ProfileJson | null
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

/** A `ProfileJson` as text, of a row. */
export function profileTextOfRow(row: Row): string {
  return (
    `{"id":${row.id},"version":${row.version},"attributes":${row.attributes},` +
    `"provenance":${row.provenance},"tags":${row.tags},"identifiers":${row.identifiers},` +
    `"createdAt":${row.created_at},"updatedAt":${row.updated_at},"lastEvent":${row.last_event},` +
    `"removedAt":${row.removed_at}}`
  )
}

/** A profile for somebody who only shows it: most answers tell nothing of who set what when. */
export function shownProfileFromJson({ provenance: groups, ...rest }: ProfileJson): Profile {
  let provenance: Profile['provenance'] | undefined
  return {
    ...rest,
    get provenance() {
      provenance ??= ungroupProvenance(groups)
      return provenance
    },
  }
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
