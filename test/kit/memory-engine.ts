import type { Applied, Command } from '../../src/core/command.ts'
import { type DecideContext, ruleSet, settle } from '../../src/core/decision.ts'
import type { Event } from '../../src/core/event.ts'
import { emptyKnown, identifierKey, type Need } from '../../src/core/known.ts'
import type { Identifier, Profile, ProfileId } from '../../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../../src/core/rule.ts'
import { defaultSettings, type WorkspaceSettings } from '../../src/core/workspace.ts'
import { decide } from '../../src/decision.ts'

/**
 * Runs the pure decision over plain maps, so that its properties can be tried ten thousand times a
 * second. It is not a store and no test of storage uses it: those run on the real engine.
 */
export function memoryEngine(
  settings: Partial<WorkspaceSettings> = {},
  definitions: readonly RuleDefinition[] = starterRules,
) {
  const profiles = new Map<number, Profile>()
  const holders = new Map<string, ProfileId[]>()
  const removedAt = new Map<string, number>()
  const names = new Set<string>()
  const events: Event[] = []
  let lastProfile = 0
  const rules = ruleSet(definitions.map((rule) => ({ ...rule, version: 1 })))

  function load(known: ReturnType<typeof emptyKnown>, need: Need): void {
    if ('identifier' in need) {
      const key = identifierKey(need.identifier)
      const ids = holders.get(key) ?? []
      const complete = need.holders === 'all'
      known.identifiers.set(key, {
        holders: complete ? ids : ids.slice(0, 1),
        complete,
        removedAt: removedAt.get(key) ?? null,
      })
      if (ids[0] !== undefined) known.profiles.set(ids[0], profiles.get(ids[0]) ?? null)
    } else if ('profile' in need)
      known.profiles.set(need.profile, profiles.get(need.profile) ?? null)
    else known.attributeNames.set(need.attributeName, names.has(need.attributeName))
  }

  function release(profile: Profile, identifier: Identifier): void {
    const key = identifierKey(identifier)
    const owner = holders.get(key)?.[0]
    const left = (holders.get(key) ?? []).filter((id) => id !== profile.id)
    holders.set(key, owner === profile.id ? left.sort((a, b) => a - b) : left)
    if (profile.removedAt !== null) {
      removedAt.set(key, Math.max(profile.removedAt, removedAt.get(key) ?? 0))
    }
  }

  function apply(command: Command, now: number): Applied {
    const context: DecideContext = { now, settings: { ...defaultSettings, ...settings }, rules }
    const known = emptyKnown()
    for (let round = 0; round < 8; round++) {
      const verdict = decide(known, structuredClone(command), context)
      if (verdict.kind === 'refused') throw verdict.fault
      if (verdict.kind === 'need') {
        for (const need of verdict.needs) load(known, need)
        continue
      }
      settle(verdict, events.length, lastProfile)
      for (const write of verdict.profiles) {
        if (write.before === null) lastProfile += 1
        for (const identifier of write.released) release(write.profile, identifier)
        for (const identifier of write.claimed) {
          const key = identifierKey(identifier)
          holders.set(key, [...(holders.get(key) ?? []), write.profile.id])
        }
        profiles.set(write.profile.id, structuredClone(write.profile))
        for (const name of Object.keys(write.profile.attributes)) names.add(name)
      }
      events.push(...structuredClone(verdict.events))
      return {
        events: verdict.events.map(({ id }) => id),
        foundBy: verdict.foundBy,
        profile: structuredClone(verdict.subject),
      }
    }
    throw new Error('The decision never had enough.')
  }

  return { apply, profiles, events, holders }
}
