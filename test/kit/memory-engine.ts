import { withoutRecords } from '../../src/core/answer-records.ts'
import type { Applied, Command } from '../../src/core/command.ts'
import { continueRun } from '../../src/core/continue-run.ts'
import {
  type Decide,
  type DecideContext,
  type LastIds,
  lastIdsAfter,
  type ProfileWrite,
  releasedAt,
  settle,
} from '../../src/core/decision.ts'
import type { Event } from '../../src/core/event.ts'
import { emptyKnown, identifierKey, type Need, recordAskKey } from '../../src/core/known.ts'
import { limits } from '../../src/core/limits.ts'
import type { Delivery } from '../../src/core/planned-delivery.ts'
import type { Identifier, Profile, ProfileId } from '../../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../../src/core/rule.ts'
import { ruleSet } from '../../src/core/rule-set.ts'
import {
  endRun,
  isCancelledBy,
  type RuleCount,
  type Run,
  type RunWrite,
  runId,
} from '../../src/core/run.ts'
import { defaultSettings, type WorkspaceSettings } from '../../src/core/workspace.ts'
import { decide as decideAsEver } from '../../src/decision.ts'

/**
 * Runs the pure decision over plain maps, so that its properties can be tried ten thousand times a
 * second. It is not a store and no test of storage uses it: those run on the real engine.
 */
export function memoryEngine(
  settings: Partial<WorkspaceSettings> = {},
  definitions: readonly RuleDefinition[] = starterRules,
  decide: Decide = decideAsEver,
) {
  const profiles = new Map<number, Profile>()
  const holders = new Map<string, ProfileId[]>()
  const removedAt = new Map<string, number>()
  const names = new Set<string>()
  const events: Event[] = []
  const runs = new Map<string, Run>()
  const counts = new Map<number, Map<string, RuleCount>>()
  const deliveries: Delivery[] = []
  let last: LastIds = { event: 0, profile: 0, delivery: 0 }
  const inForce = definitions.map((rule) => ({ ...rule, version: 1 }))
  const rules = ruleSet(inForce)

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
    else if ('run' in need) {
      const run = runs.get(runId(need.run))
      const rule = inForce.find(({ name }) => name === run?.rule)
      known.runs.set(runId(need.run), run && rule ? { run: structuredClone(run), rule } : null)
    } else if ('ruleCounts' in need) {
      known.ruleCounts.set(need.ruleCounts, new Map(counts.get(need.ruleCounts)))
    } else if ('records' in need) {
      known.records.set(recordAskKey(need.records), withoutRecords(need.records))
    } else if ('attributeName' in need) {
      known.attributeNames.set(need.attributeName, names.has(need.attributeName))
    }
  }

  /** Goes on with everything that is due, as a runner would; answers how many there were. */
  function continueDue(now: number): number {
    const due = [...runs.values()].filter(({ dueAt }) => dueAt !== null && dueAt <= now)
    due.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.event - b.event)
    for (const run of due) apply(continueRun(run), now)
    return due.length
  }

  function apply(command: Command, now: number): Applied {
    const all = { ...defaultSettings, ...settings }
    const context: DecideContext = { now, settings: all, rules, workspace: { name: 'w' } }
    const known = emptyKnown()
    for (let round = 0; round < limits.decideRoundsMax; round++) {
      const verdict = decide(known, structuredClone(command), context)
      if (verdict.kind === 'refused') throw verdict.fault
      if (verdict.kind === 'need') {
        for (const need of verdict.needs) load(known, need)
        continue
      }
      settle(verdict, last)
      last = lastIdsAfter(last, verdict)
      for (const write of verdict.profiles) {
        for (const identifier of write.released) release(holders, removedAt, write, identifier)
        for (const identifier of write.claimed) {
          const key = identifierKey(identifier)
          holders.set(key, [...(holders.get(key) ?? []), write.profile.id])
        }
        profiles.set(write.profile.id, structuredClone(write.profile))
        for (const name of Object.keys(write.profile.attributes)) names.add(name)
      }
      events.push(...structuredClone(verdict.events))
      deliveries.push(...structuredClone(verdict.deliveries))
      for (const write of structuredClone(verdict.runs)) keepRun(runs, write)
      for (const count of verdict.ruleCounts) {
        const ofSubject = counts.get(count.subject) ?? new Map()
        counts.set(count.subject, ofSubject.set(count.rule, count))
      }
      return {
        events: verdict.events.map(({ id }) => id),
        foundBy: verdict.foundBy,
        profile: structuredClone(verdict.subject),
      }
    }
    throw new Error('The decision never had enough.')
  }

  return { apply, continueDue, profiles, events, holders, runs, counts, deliveries }
}

function keepRun(runs: Map<string, Run>, write: RunWrite): void {
  if (write.kind === 'put') {
    runs.set(runId(write.run), write.run)
    return
  }
  for (const [id, run] of runs) {
    if (!isCancelledBy(run, write)) continue
    const end = { state: 'cancelled', reason: 'event', by: write.by } as const
    runs.set(id, endRun(run, end, write.at))
  }
}

function release(
  holders: Map<string, ProfileId[]>,
  removedAt: Map<string, number>,
  write: ProfileWrite,
  identifier: Identifier,
): void {
  const { profile } = write
  const at = releasedAt(write)
  const key = identifierKey(identifier)
  const owner = holders.get(key)?.[0]
  const left = (holders.get(key) ?? []).filter((id) => id !== profile.id)
  holders.set(key, owner === profile.id ? left.sort((a, b) => a - b) : left)
  if (at !== null) {
    removedAt.set(key, Math.max(at, removedAt.get(key) ?? 0))
  }
}
