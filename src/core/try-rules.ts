import { advanceKnown } from './advance-known.ts'
import { withoutRecords } from './answer-records.ts'
import type { Command } from './command.ts'
import { continueRun } from './continue-run.ts'
import { type Decide, type Decided, type LastIds, lastIdsAfter, settle } from './decision.ts'
import type { Change, Event } from './event.ts'
import type { JsonObject } from './json.ts'
import {
  emptyKnown,
  identifierKey,
  type Known,
  type KnownRun,
  type Need,
  type RecordAsk,
  recordAskKey,
} from './known.ts'
import { limits } from './limits.ts'
import type { Delivery } from './planned-delivery.ts'
import {
  type EventId,
  emailIdentifier,
  hasIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
} from './profile.ts'
import type { Rule, RuleDefinition } from './rule.ts'
import { ruleSet } from './rule-set.ts'
import { endRun, isCancelledBy, type Run, type RunWrite, runId } from './run.ts'
import { defaultSettings } from './workspace.ts'

/** What rules are tried on. */
export interface Trial {
  event: {
    type: string
    source: string
    attributes: JsonObject
    changes?: readonly Change[]
    identifiers?: Identifier[]
  }
  /** Whom the event is about; null for nobody. */
  profile: { attributes: JsonObject; tags: string[]; identifiers?: Identifier[] } | null
  /** What the store says of records, by `recordAskKey`; what is not here is not there. */
  records?: ReadonlyMap<string, unknown>
  /** The time of the event; waits are taken as over one after the other. */
  now: number
}

export interface Tried {
  /** Everything that was logged, the given event first. */
  events: Event[]
  /** Those that waited or failed, as they ended. */
  runs: Run[]
  /** What was owed to destinations, not rendered. */
  deliveries: Delivery[]
  /** What was asked of records and not given. */
  unknown: RecordAsk[]
  /** The given person as the rules left them; null when they were removed, or there was nobody. */
  profile: Profile | null
}

/** Rounds of waits; a rule has no more steps, and a chain of rules is cut. */
const roundsMax = limits.stepsPerRuleMax * limits.ruleDepthMax

/**
 * Runs rules on an event in memory, with the same decision as in earnest, and goes on with what
 * waits until nothing does. Nothing is stored.
 */
export function tryRules(
  decide: Decide,
  definitions: readonly RuleDefinition[],
  trial: Trial,
): Tried {
  const rules = definitions.map((rule) => ({ ...rule, version: 1 }))
  const world = new World(decide, rules, trial)
  const { type, source, attributes, changes = [], identifiers = [] } = trial.event
  const subject = trial.profile ? { subject: [{ profile: triedPerson }] } : {}
  const asked = { type, attributes, changes, identifiers, ...subject }
  const from = { dialect: source, token: null, request: null }
  world.apply({ kind: 'record-event', ...asked, source: from }, trial.now)
  for (let round = 0; round < roundsMax; round++) {
    const [next] = world.waiting()
    if (next?.dueAt == null) break
    world.apply(continueRun(next), next.dueAt)
  }
  const { events, deliveries, unknown } = world
  return { events, unknown, runs: [...world.runs.values()], deliveries, profile: world.given() }
}

/** The id that the given person has in a trial. */
export const triedPerson = 1 as ProfileId

/** A workspace of one person, in memory. */
class World {
  readonly events: Event[] = []
  readonly deliveries: Delivery[] = []
  readonly runs = new Map<string, Run>()
  readonly #decide: Decide
  readonly #rules: readonly Rule[]
  readonly #known = emptyKnown()
  readonly #records: ReadonlyMap<string, unknown>
  readonly unknown: RecordAsk[] = []
  #last: LastIds

  constructor(decide: Decide, rules: readonly Rule[], { profile, records, now }: Trial) {
    this.#records = records ?? new Map()
    this.#decide = decide
    this.#rules = rules
    this.#last = { event: 0, profile: profile ? 1 : 0, delivery: 0 }
    if (profile) this.#known.profiles.set(triedPerson, givenProfile(profile, now))
  }

  waiting(): Run[] {
    const waiting = [...this.runs.values()].filter(({ state }) => state === 'waiting')
    return waiting.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.event - b.event)
  }

  given(): Profile | null {
    const profile = this.#known.profiles.get(triedPerson)
    return profile?.removedAt === null ? profile : null
  }

  apply(command: Command, now: number): void {
    const decided = this.#decideFully(command, now)
    settle(decided, this.#last)
    this.#last = lastIdsAfter(this.#last, decided)
    advanceKnown(this.#known, decided)
    this.events.push(...decided.events)
    this.deliveries.push(...decided.deliveries)
    for (const write of decided.runs) this.#keep(write)
  }

  #decideFully(command: Command, now: number): Decided {
    const rules = ruleSet(this.#rules)
    const context = { now, settings: defaultSettings, rules, workspace: { name: 'default' } }
    for (let round = 0; round < limits.decideRoundsMax; round++) {
      const verdict = this.#decide(this.#known, command, context)
      if (verdict.kind === 'decided') return verdict
      if (verdict.kind === 'refused') throw verdict.fault
      for (const need of verdict.needs) this.#load(need)
    }
    throw new Error('The rules need more look-ups than a decision may have.')
  }

  #load(need: Need): void {
    const known: Known = this.#known
    if ('identifier' in need) {
      const holders = [...known.profiles.values()].filter(
        (profile) => profile && hasIdentifier(profile.identifiers, need.identifier),
      )
      const ids = holders.flatMap((profile) => (profile ? [profile.id] : []))
      const key = identifierKey(need.identifier)
      known.identifiers.set(key, { holders: ids, complete: true, removedAt: null })
    } else if ('profile' in need) known.profiles.set(need.profile, null)
    else if ('run' in need) known.runs.set(runId(need.run), this.#runOf(runId(need.run)))
    else if ('event' in need) known.events.set(need.event, null)
    else if ('ruleCounts' in need) known.ruleCounts.set(need.ruleCounts, new Map())
    else if ('records' in need) this.#answer(need.records)
    else known.attributeNames.set(need.attributeName, false)
  }

  #answer(ask: RecordAsk): void {
    const key = recordAskKey(ask)
    if (!this.#records.has(key)) this.unknown.push(ask)
    this.#known.records.set(key, this.#records.get(key) ?? withoutRecords(ask))
  }

  #runOf(id: string): KnownRun | null {
    const run = this.runs.get(id)
    const rule = this.#rules.find(({ name }) => name === run?.rule)
    return run && rule ? { run, rule } : null
  }

  #keep(write: RunWrite): void {
    if (write.kind === 'put') {
      this.runs.set(runId(write.run), write.run)
      return
    }
    for (const [id, run] of this.runs) {
      if (!isCancelledBy(run, write)) continue
      const end = { state: 'cancelled', reason: 'event', by: write.by } as const
      this.runs.set(id, endRun(run, end, write.at))
    }
  }
}

function givenProfile(given: NonNullable<Trial['profile']>, now: number): Profile {
  const email = emailIdentifier(given.attributes.email)
  const provenance = { at: now, event: 0 as EventId, source: 'given' }
  return {
    id: triedPerson,
    version: 1,
    attributes: given.attributes,
    provenance: Object.fromEntries(Object.keys(given.attributes).map((name) => [name, provenance])),
    tags: given.tags,
    identifiers: given.identifiers ?? (email ? [email] : []),
    createdAt: now,
    updatedAt: now,
    lastEvent: null,
    removedAt: null,
  }
}
