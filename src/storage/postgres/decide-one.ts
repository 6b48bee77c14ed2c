import type { Command } from '../../core/command.ts'
import type { Decide, DecideContext, Decided } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { KnownLoader } from './known-loader.ts'

/** Decides a command, loading what it turns out to need; a refusal is answered, not thrown. */
export async function decideOne(
  decide: Decide,
  loader: KnownLoader,
  command: Command,
  context: DecideContext,
): Promise<Decided | Fault> {
  for (let round = 0; round <= limits.decideRoundsMax; round++) {
    const verdict = decide(loader.known, command, context)
    if (verdict.kind === 'decided') return verdict
    if (verdict.kind === 'refused') return verdict.fault
    await loader.extend(verdict.needs)
  }
  return new Fault('internal', {
    message: `The rules of this workspace need more than ${limits.decideRoundsMax} look-ups.`,
  })
}
