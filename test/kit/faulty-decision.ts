import type { Decide } from '../../src/core/decision.ts'
import type { ProfileId } from '../../src/core/profile.ts'
import { decide as decideWell } from '../../src/decision.ts'

/**
 * Decides, for the request `bad`, what no store can take: a change of a profile that is not there.
 */
export const decide: Decide = (known, command, context) => {
  const verdict = decideWell(known, command, context)
  if (verdict.kind !== 'decided' || command.source.request !== 'bad') return verdict
  for (const write of verdict.profiles) {
    write.before = write.profile
    write.profile.id = 4_711 as ProfileId
  }
  return verdict
}
