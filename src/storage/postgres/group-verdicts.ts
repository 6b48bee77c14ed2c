import type { Applied, Command } from '../../core/command.ts'
import { type Decided, rebased } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import type { StoredRecord } from '../../core/record.ts'
import type { DecidedCommand } from './group-records.ts'

export type Result = { applied: Applied } | { fault: Fault }

/** What was made of one command; an outcome when it had been made before. */
export type Verdict = Decided | Fault | { kind: 'repeated'; applied: Applied }

/** What each command of a group is answered, in order. */
export function resultsOf(
  verdicts: readonly Verdict[],
  commands: readonly Command[],
  records: ReadonlyMap<Command, (StoredRecord | null)[]>,
  lastProfile: number,
): Result[] {
  return verdicts.map((verdict, index): Result => {
    if (verdict instanceof Fault) return { fault: withRealIds(verdict, lastProfile) }
    if (verdict.kind === 'repeated') return { applied: verdict.applied }
    const command = commands[index]
    return { applied: appliedFrom(verdict, command, command && records.get(command)) }
  })
}

function appliedFrom(
  decided: Decided,
  command: Command | undefined,
  records: (StoredRecord | null)[] | undefined,
): Applied {
  const { events, foundBy } = decided
  const profile = shownProfile(decided, command)
  return { events: events.map(({ id }) => id), foundBy, profile, ...(records && { records }) }
}

export function isDecided(verdict: Verdict): verdict is Decided {
  return !(verdict instanceof Fault) && verdict.kind === 'decided'
}

export function verdictOf(foregone: Applied | Fault): Verdict {
  return foregone instanceof Fault ? foregone : { kind: 'repeated', applied: foregone }
}

export function withDecisions(
  commands: readonly Command[],
  verdicts: readonly Verdict[],
): DecidedCommand[] {
  return commands.flatMap((command, index) => {
    const decided = verdicts[index]
    return decided && isDecided(decided) ? [{ command, decided }] : []
  })
}

export function writesRecords({ command, decided }: DecidedCommand): boolean {
  return (command.records?.length ?? 0) + decided.records.length > 0
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
  const { code, fields, allow, cause, profile } = fault
  const other = profile === undefined ? {} : { profile: rebased(profile, lastProfile) }
  return new Fault(code, { message, fields: [...fields], allow: [...allow], ...other, cause })
}
