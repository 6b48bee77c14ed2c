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

export function appliedFromJson({ profile, ...rest }: AppliedJson): Applied {
  if (!profile) return { ...rest, profile }
  return { ...rest, profile: { ...profile, provenance: ungroupProvenance(profile.provenance) } }
}
