import type { Applied, Command } from '../../core/command.ts'
import { type Decided, rebased } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'

export type Result = { applied: Applied } | { fault: Fault }

/** What was made of one command; an outcome when it had been made before. */
export type Verdict = Decided | Fault | { kind: 'repeated'; applied: Applied }

/** What the caller of a command is told, once ids are the store's own. */
export function resultOf(
  verdict: Verdict,
  command: Command | undefined,
  lastProfile: number,
): Result {
  if (verdict instanceof Fault) return { fault: withRealIds(verdict, lastProfile) }
  if (verdict.kind === 'repeated') return { applied: verdict.applied }
  return { applied: appliedFrom(verdict, command) }
}

export function isDecided(verdict: Verdict): verdict is Decided {
  return !(verdict instanceof Fault) && verdict.kind === 'decided'
}

export function verdictOf(foregone: Applied | Fault): Verdict {
  return foregone instanceof Fault ? foregone : { kind: 'repeated', applied: foregone }
}

function appliedFrom(decided: Decided, command: Command | undefined): Applied {
  const { events, foundBy } = decided
  return { events: events.map(({ id }) => id), foundBy, profile: shownProfile(decided, command) }
}

export function shownProfile(verdict: Verdict, command: Command | undefined): Profile | null {
  if (verdict instanceof Fault) return null
  if (verdict.kind === 'repeated') return verdict.applied.profile
  return command?.reply === 'outcome' ? null : verdict.subject
}

/** A refusal may name a profile that an earlier command of the same group created. */
function withRealIds(fault: Fault, lastProfile: number): Fault {
  const message = fault.message.replaceAll(/\b\d{16}\b/g, (id) =>
    String(rebased(Number(id), lastProfile)),
  )
  if (message === fault.message) return fault
  const { code, fields, allow, cause } = fault
  return new Fault(code, { message, fields: [...fields], allow: [...allow], cause })
}
