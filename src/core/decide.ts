import type { InternalActions, StepPlan } from './action.ts'
import type { Writer } from './change-attributes.ts'
import type { Command, RecordEvent, RemoveIntent, WriteIntent } from './command.ts'
import { firstFailure } from './condition.ts'
import type { Decide, DecideContext, Decided } from './decision.ts'
import { Drafts } from './drafts.ts'
import { Fault } from './errors.ts'
import type { Cause, Dropped, Event, FoundBy } from './event.ts'
import { type JsonObject, own } from './json.ts'
import { NeedMore } from './known.ts'
import { limits } from './limits.ts'
import {
  type EventId,
  emailIdentifier,
  type Identifier,
  type Profile,
  type ProfileId,
} from './profile.ts'
import { type Rule, ruleLabel, type StepDefinition } from './rule.ts'
import { findByKeys, writeProfile } from './write-profile.ts'

/**
 * Binds the internal actions into the decision. The decision is pure: the same state, command and
 * context give the same verdict, so it may be run again with more state until nothing is missing.
 */
export function createDecide(actions: InternalActions): Decide {
  return (known, command, context) => {
    try {
      return new Decision(new Drafts(known, context.now), command, context, actions).run()
    } catch (error) {
      if (error instanceof NeedMore) return { kind: 'need', needs: error.needs }
      if (error instanceof Fault) return { kind: 'refused', fault: error }
      throw error
    }
  }
}

class Decision {
  readonly #drafts: Drafts
  readonly #command: Command
  readonly #context: DecideContext
  readonly #actions: InternalActions
  readonly #occurredAt: number | undefined
  readonly #events: Event[] = []
  /** Set when the command has caused all the events it may; told once, in the log. */
  #exhausted = false

  constructor(drafts: Drafts, command: Command, context: DecideContext, actions: InternalActions) {
    this.#drafts = drafts
    this.#command = command
    this.#context = context
    this.#actions = actions
    this.#occurredAt =
      command.occurredAt === undefined
        ? undefined
        : Math.min(command.occurredAt, context.now + limits.futureMsMax)
  }

  run(): Decided {
    const subject = this.#begin(this.#command)
    for (let index = 0; index < this.#events.length; index++) {
      this.#runRules(this.#events[index] as Event)
    }
    this.#drafts.chain(this.#events)
    return {
      kind: 'decided',
      profiles: this.#drafts.writes(),
      events: this.#events,
      foundBy: subject.foundBy ?? this.#events[0]?.foundBy ?? 'none',
      subject: this.#living(subject.profile?.id ?? this.#events[0]?.subject ?? null),
    }
  }

  /** Does what the command itself asks for; the rules come after it. */
  #begin(command: Command): { profile: Profile | null; foundBy: FoundBy | null } {
    switch (command.kind) {
      case 'record-event':
        return this.#record(command)
      case 'write-profile':
        return this.#write(command, null)
      case 'remove-profile': {
        const profile = this.#remove(command, null)
        if (!profile) throw new Fault('profile_not_found')
        return { profile, foundBy: 'key' }
      }
    }
  }

  #record(command: RecordEvent): { profile: Profile | null; foundBy: FoundBy | null } {
    const profile = command.subject ? findByKeys(this.#drafts, command.subject) : null
    if (command.subject && !profile) throw new Fault('profile_not_found')
    const event = this.#draftEvent(command.type, command.attributes, command.identifiers, null)
    event.subject = profile?.id ?? null
    event.foundBy = profile ? 'key' : null
    this.#events.push(event)
    return { profile, foundBy: event.foundBy }
  }

  /** One profile change: one event and one version, or none of both when nothing changed. */
  #write(intent: WriteIntent, cause: Cause | null) {
    const identifiers = cause ? [] : identifiersNamed(intent)
    const asked = { ...intent.changes.setOnce, ...intent.changes.set }
    const event = this.#draftEvent('profile.updated', asked, identifiers, cause)
    const writer: Writer = {
      now: this.#context.now,
      occurredAt: this.#occurredAt,
      event: event.id,
      source: event.source.dialect,
    }
    const result = writeProfile(this.#drafts, intent, writer, this.#context.settings)
    const { profile } = result
    event.subject = profile?.id ?? null
    event.foundBy = profile ? result.foundBy : 'none'
    event.changes = result.changes
    event.dropped = result.dropped
    if (profile && result.foundBy === 'created') event.type = 'profile.created'
    else if (result.changes.length === 0) event.type = 'profile.unchanged'
    const tells = event.type !== 'profile.unchanged' || result.dropped.length > 0
    if (tells) this.#events.push(event)
    return { profile, foundBy: event.foundBy }
  }

  #remove(intent: RemoveIntent, cause: Cause | null): Profile | null {
    const found = findByKeys(this.#drafts, intent.keys)
    if (!found) return null
    this.#drafts.require(found.identifiers, 'all')
    const write = this.#drafts.edit(found)
    const { profile } = write
    const removedAt = Math.max(this.#occurredAt ?? this.#context.now, profile.createdAt)
    for (const identifier of [...profile.identifiers]) this.#drafts.release(write, identifier)
    write.dirty = true
    profile.removedAt = removedAt
    profile.version += 1
    profile.updatedAt = Math.max(this.#context.now, profile.updatedAt)
    const event = this.#draftEvent('profile.removed', {}, found.identifiers, cause)
    event.subject = profile.id
    event.foundBy = 'key'
    this.#events.push(event)
    return profile
  }

  #runRules(event: Event): void {
    if (event.type === 'rule.stopped') return
    const depth = (event.cause?.depth ?? 0) + 1
    for (const rule of this.#context.rules.get(event.type) ?? []) {
      const subject = this.#subjectOf(event)
      const input = {
        event: event.attributes,
        profile: subject?.attributes ?? {},
        changes: event.changes,
      }
      if (rule.when && firstFailure(rule.when, input)) continue
      const cause: Cause = { event: event.id, rule: ruleLabel(rule), depth }
      if (this.#events.length >= limits.eventsPerCommandMax) {
        if (!this.#exhausted) this.#stop(event, cause, 'events')
        this.#exhausted = true
      } else if (depth > limits.ruleDepthMax) this.#stop(event, cause, 'depth')
      else for (const step of rule.steps) this.#runStep(event, rule, step, cause)
    }
  }

  #runStep(event: Event, rule: Rule, step: StepDefinition, cause: Cause): void {
    const action = this.#actions.get(step.action)
    if (!action) throw new Error(`Rule ${ruleLabel(rule)} names the unknown action ${step.action}`)
    const plan = action.plan(step.with, { event, subject: this.#subjectOf(event) })
    const dropped = this.#carryOut(event, plan, cause)
    if (dropped) event.dropped.push({ ...dropped, rule: cause.rule })
  }

  /** Does what a step planned, or says why it had no effect; a step never refuses the command. */
  #carryOut(event: Event, plan: StepPlan, cause: Cause): Dropped | null {
    if (plan.kind === 'skip') return { name: plan.name, reason: plan.reason }
    try {
      const done =
        plan.kind === 'write-profile'
          ? this.#write(plan, cause)
          : { profile: this.#remove(plan, cause), foundBy: 'key' as const }
      if (!done.profile) return { name: soughtBy(plan), reason: 'no_profile' }
      if (event.subject === null) {
        event.subject = done.profile.id
        event.foundBy = done.foundBy
      }
      return null
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      const reason = error.code === 'conflict' ? 'conflict' : 'no_profile'
      return { name: error.fields[0]?.field ?? soughtBy(plan), reason }
    }
  }

  #stop(event: Event, cause: Cause, limit: 'depth' | 'events'): void {
    const stopped = this.#draftEvent('rule.stopped', { rule: cause.rule, limit }, [], cause)
    stopped.subject = event.subject
    this.#events.push(stopped)
  }

  #subjectOf(event: Event): Profile | null {
    return this.#living(event.subject)
  }

  #living(id: ProfileId | null): Profile | null {
    return id === null ? null : this.#drafts.profile(id)
  }

  /** An event with the next local id; it counts once it is pushed. */
  #draftEvent(
    type: string,
    attributes: JsonObject,
    identifiers: readonly Identifier[],
    cause: Cause | null,
  ): Event {
    const { now } = this.#context
    const { source, idempotency } = this.#command
    return {
      id: -(this.#events.length + 1) as EventId,
      type,
      subject: null,
      previous: null,
      occurredAt: this.#occurredAt ?? now,
      receivedAt: now,
      source: cause ? { ...source, dialect: `rule:${cause.rule}` } : source,
      cause,
      attributes,
      changes: [],
      dropped: [],
      identifiers: [...identifiers],
      foundBy: null,
      idempotencyKey: cause ? null : (idempotency?.key ?? null),
    }
  }
}

/** What a step looked for its person by, for the record that there was none. */
function soughtBy(plan: WriteIntent | RemoveIntent): string {
  const key = plan.keys[0]
  return key && 'identifier' in key ? key.identifier.kind : 'profile'
}

function identifiersNamed(intent: WriteIntent): Identifier[] {
  const { keys, changes } = intent
  const email = emailIdentifier(own(changes.set, 'email'))
  const named = keys.flatMap((key) => ('identifier' in key ? [key.identifier] : []))
  for (const identifier of [...(changes.identify ?? []), ...(email ? [email] : [])]) {
    const known = named.some((n) => n.kind === identifier.kind && n.value === identifier.value)
    if (!known) named.push(identifier)
  }
  return named
}
