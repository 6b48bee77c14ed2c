import { type Decided, releasedAt } from './decision.ts'
import { identifierKey, type Known, type KnownIdentifier, withClaimant } from './known.ts'
import type { Identifier, ProfileId } from './profile.ts'
import { endRun, isCancelledBy, type RunWrite, runId } from './run.ts'

/**
 * Moves what is known past a settled decision, as if it had been stored and loaded again: so a
 * decision that follows in the same transaction sees what this one did. Who inherits an identifier
 * follows the store's rule: the lowest id that has the value.
 */
export function advanceKnown(known: Known, decided: Decided): void {
  for (const write of decided.profiles) {
    const { profile, released, claimed } = write
    for (const identifier of released) {
      change(known, identifier, (entry) => ({
        ...entry,
        holders: withHeir(entry.holders, profile.id),
        removedAt: later(entry.removedAt, releasedAt(write)),
      }))
    }
    for (const identifier of claimed) {
      change(known, identifier, (entry) => ({
        ...entry,
        holders: withClaimant(entry.holders, profile.id),
      }))
    }
    known.profiles.set(profile.id, profile)
  }
  for (const event of decided.events) {
    for (const { name, of, to } of event.changes) {
      if (of === undefined && to !== null) known.attributeNames.set(name, true)
    }
  }
  for (const each of decided.runs) advanceRuns(known, each)
  for (const count of decided.ruleCounts) {
    const counts = known.ruleCounts.get(count.subject)
    known.ruleCounts.set(count.subject, new Map(counts).set(count.rule, count))
  }
}

/** Only what was loaded is kept in step; what nobody asked about is read when somebody does. */
function advanceRuns(known: Known, write: RunWrite): void {
  if (write.kind === 'put') {
    const id = runId(write.run)
    const loaded = known.runs.get(id)
    // Where there was none when somebody looked, there is one now.
    if (loaded !== undefined) known.runs.set(id, { rule: loaded?.rule ?? null, run: write.run })
    return
  }
  for (const [id, loaded] of known.runs) {
    if (!loaded || !isCancelledBy(loaded.run, write)) continue
    const run = endRun(loaded.run, { state: 'cancelled', reason: 'event', by: write.by }, write.at)
    known.runs.set(id, { ...loaded, run })
  }
}

function change(
  known: Known,
  identifier: Identifier,
  advance: (entry: KnownIdentifier) => KnownIdentifier,
): void {
  const key = identifierKey(identifier)
  const entry = known.identifiers.get(key)
  if (!entry) throw new Error(`A decision changed the holders of a ${identifier.kind} unseen.`)
  known.identifiers.set(key, advance(entry))
}

/** Whoever is next by id follows the owner; others that leave change nothing for the rest. */
function withHeir(holders: readonly ProfileId[], gone: ProfileId): ProfileId[] {
  return holders.filter((id) => id !== gone)
}

function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}
