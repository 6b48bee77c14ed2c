import type { Decided } from './decision.ts'
import { identifierKey, type Known, type KnownIdentifier, withClaimant } from './known.ts'
import type { Identifier, ProfileId } from './profile.ts'

/**
 * Moves what is known past a settled decision, as if it had been stored and loaded again: so a
 * decision that follows in the same transaction sees what this one did. Who inherits an identifier
 * follows the store's rule: the lowest id that has the value.
 */
export function advanceKnown(known: Known, decided: Decided): void {
  for (const { profile, released, claimed } of decided.profiles) {
    for (const identifier of released) {
      change(known, identifier, (entry) => ({
        ...entry,
        holders: withHeir(entry.holders, profile.id),
        removedAt: later(entry.removedAt, profile.removedAt),
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
