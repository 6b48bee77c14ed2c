import { notBegun } from './begin-run.ts'
import { type ConditionInput, holds } from './condition.ts'
import type { DecideContext } from './decision.ts'
import { type Cause, type Event, imported } from './event.ts'
import type { Journal } from './journal.ts'
import type { JsonObject } from './json.ts'
import { limits } from './limits.ts'
import type { Identifier, Profile } from './profile.ts'
import { type Rule, ruleLabel, takesSource } from './rule.ts'
import { RuleCounters } from './rule-counters.ts'
import type { RecordRef, RuleRecords } from './rule-records.ts'
import {
  endRun,
  isCancelledBy,
  type Run,
  type RunKey,
  type RunReason,
  type RunWrite,
  type SeenEvent,
  seenEvent,
} from './run.ts'
import { type Progress, runSteps } from './run-steps.ts'
import type { ActionStep } from './step.ts'
import { type RuleTools, StepActor } from './step-actor.ts'

/** What conditions look at of a person. */
export interface PersonState {
  attributes: JsonObject
  tags: string[]
  identifiers: readonly Pick<Identifier, 'kind'>[]
}

/** Has rules react to events, in one decision, and goes on with runs of earlier ones. */
export class RuleRunner {
  readonly #journal: Journal
  readonly #context: DecideContext
  readonly #records: RuleRecords
  readonly #actor: StepActor
  readonly #counters: RuleCounters
  readonly #writes: RunWrite[] = []
  /** Set when the command has caused all the events it may; told once, in the log. */
  #exhausted = false

  constructor(
    journal: Journal,
    context: DecideContext,
    tools: RuleTools & { records: RuleRecords },
  ) {
    this.#journal = journal
    this.#context = context
    this.#records = tools.records
    this.#actor = new StepActor(journal, context, tools)
    this.#counters = new RuleCounters(journal.drafts, context.now, tools.actions)
  }

  writes(): RunWrite[] {
    return this.#writes
  }

  counts() {
    return this.#counters.changed()
  }

  deliveries() {
    return this.#actor.deliveries
  }

  /** Ends what waits for an event like this, then runs the rules that take it, in their order. */
  react(event: Event): void {
    if (isPassedOver(event)) return
    const { rules } = this.#context
    for (const rule of rules.cancelledBy(event.type)) this.#cancel(rule, event)
    for (const rule of rules.taking(event.type)) this.#begin(rule, event)
  }

  /**
   * Begins the run of a rule on an event of the log, on the person as they are now; see `BeginRun`.
   *
   * @throws Fault of `notBegun`, with the reason why it does not run.
   */
  beginLate(key: RunKey): void {
    const { drafts } = this.#journal
    // The event first: whoever has it is alone with what becomes of it.
    const event = drafts.event(key.event)
    if (!event) throw notBegun('no_event')
    if (drafts.run(key)) throw notBegun('has_run')
    const taking = isPassedOver(event) ? [] : this.#context.rules.taking(event.type)
    const rule = taking.find(({ name }) => name === key.rule)
    if (!rule) throw notBegun('not_taken')
    if (!takesSource(rule.sources, event.source)) throw notBegun('source')
    const { now } = this.#context
    const subject = this.#subjectNow(event)
    if (rule.when && !holds(rule.when, conditionInput(event, subject, now))) {
      throw notBegun('condition')
    }
    if ((event.cause?.depth ?? 0) >= limits.ruleDepthMax) throw notBegun('depth')
    const about = subject?.id ?? event.subject
    if (this.#counters.count(rule, about) !== 'runs') throw notBegun('rate_limit')
    const run = newRun(rule, { ...event, subject: about }, now)
    this.#writes.push({ kind: 'put', run: arrived(run, this.#advance(run, rule, null), now) })
  }

  /** Whom an event of the log is about by now; nobody where it told itself of their end. */
  #subjectNow({ subject, receivedAt, attributes, identifiers }: Event): Profile | null {
    if (subject === null) return null
    const found = this.#journal.find([{ profile: subject }])
    const removed = found ? null : this.#journal.drafts.removed(subject)
    if (!removed) return found
    // An erasure leaves of an event its place alone: there is nothing to run on.
    const isWiped = [attributes, removed.attributes].every((each) => Object.keys(each).length === 0)
    if ((isWiped && identifiers.length === 0) || (removed.removedAt ?? 0) > receivedAt) {
      throw notBegun('subject_removed')
    }
    return null
  }

  /** Goes on with a run whose wait is over; any other stays as it is. */
  continueRun(key: RunKey): void {
    const { drafts } = this.#journal
    const found = drafts.run(key)
    const { now } = this.#context
    if (found?.run.state !== 'waiting' || !found.rule) return
    if (found.run.dueAt === null || found.run.dueAt > now) return
    if (found.run.subject !== null && !drafts.profile(found.run.subject)) {
      this.#end(found.run, { state: 'cancelled', reason: 'subject_removed' })
      return
    }
    const run = { ...found.run, log: [...found.run.log] }
    const progress = this.#advance(run, found.rule, null)
    this.#writes.push({ kind: 'put', run: arrived(run, progress, now) })
  }

  /** Ends a run that waits; any other stays as it is. */
  endRun(key: RunKey, end: { state: 'cancelled' | 'failed'; reason: RunReason; detail?: string }) {
    const found = this.#journal.drafts.run(key)
    if (found?.run.state === 'waiting') this.#end(found.run, end)
  }

  #end(run: Run, end: Parameters<typeof endRun>[1]): void {
    this.#writes.push({ kind: 'put', run: endRun(run, end, this.#context.now) })
  }

  #begin(rule: Rule, event: Event): void {
    if (!takesSource(rule.sources, event.source)) return
    const { now } = this.#context
    const subject = this.#journal.living(event.subject)
    const record = this.#journal.recordOf(event)
    const tags = subject?.tags ?? this.#tagsLeft(event)
    const input = () => this.#input({ ...conditionInput(event, subject, now), tags }, record)
    if (rule.when && !holds(rule.when, input())) return
    const depth = (event.cause?.depth ?? 0) + 1
    const cause: Cause = { event: event.id, rule: ruleLabel(rule), depth }
    if (this.#journal.events.length >= limits.eventsPerCommandMax) {
      if (!this.#exhausted) this.#stop(event, cause, 'events')
      this.#exhausted = true
      return
    }
    if (depth > limits.ruleDepthMax) return this.#stop(event, cause, 'depth')
    if (!this.#mayRun(rule, event, cause)) return
    const run = newRun(rule, event, now)
    if (record) run.seen.record = record
    const progress = this.#advance(run, rule, event)
    // One that was over at once is told by the events it caused and by what was dropped.
    if (progress.kind === 'ended' && progress.state === 'done') return
    this.#writes.push({ kind: 'put', run: arrived(run, progress, now) })
  }

  /** Each run that is held back is told on its event; the first of a minute also in the log. */
  #mayRun(rule: Rule, event: Event, cause: Cause): boolean {
    const verdict = this.#counters.count(rule, event.subject)
    if (verdict === 'runs') return true
    event.dropped.push({ name: rule.name, reason: 'rate_limit', rule: cause.rule })
    if (verdict === 'first_stop') this.#stop(event, cause, 'rate')
    return false
  }

  /** Runs steps from the cursor on; whom the run is about may change with them. */
  #advance(run: Run, rule: Rule, event: Event | null): Progress {
    const { now } = this.#context
    const cause = { event: run.event, rule: ruleLabel(rule), depth: run.seen.depth + 1 }
    const host = {
      now,
      input: () =>
        this.#input(
          conditionInput(run.seen, this.#journal.living(run.subject), now),
          run.seen.record,
        ),
      act: (step: ActionStep, path: string) => this.#actor.act(step, path, run, cause, event),
    }
    return runSteps(rule.steps, run.cursor, host, run.log)
  }

  /** What somebody was tagged with who was just removed; of who is erased nothing is told. */
  #tagsLeft({ type, subject }: Event): readonly string[] {
    const isTold = type === 'profile.removed' || type === 'profile.absorbed'
    return (isTold && this.#journal.lastSeen(subject)?.tags) || []
  }

  /** The record is only looked for where a condition asks about it. */
  #input(input: ConditionInput, ref: RecordRef | undefined): ConditionInput {
    if (!ref) return input
    const records = this.#records
    return {
      ...input,
      get record() {
        return records.shown(ref)
      },
    }
  }

  #cancel(rule: Rule, event: Event): void {
    const { now } = this.#context
    const subject = this.#journal.living(event.subject)
    if (!subject) return
    const when = rule.cancel_when?.when
    if (when && !holds(when, conditionInput(event, subject, now))) return
    const { name, version } = rule
    const write = { rule: name, version, subject: subject.id, by: event.id, at: now }
    const cancel: RunWrite = { kind: 'cancel', ...write }
    for (const earlier of this.#writes) {
      if (earlier.kind !== 'put' || !isCancelledBy(earlier.run, cancel)) continue
      const end = { state: 'cancelled', reason: 'event', by: event.id } as const
      earlier.run = endRun(earlier.run, end, now)
    }
    // Nobody who was made just now has a run from before.
    if (subject.id > 0) this.#writes.push(cancel)
  }

  #stop(event: Event, cause: Cause, limit: 'depth' | 'events' | 'rate'): void {
    this.#journal.tell('rule.stopped', { rule: cause.rule, limit }, event.subject, cause)
  }
}

/** No rule reacts to it. */
function isPassedOver({ type, source }: Event): boolean {
  return type === 'rule.stopped' || source.dialect === imported
}

/** The run, where its steps got to. */
function arrived(run: Run, progress: Progress, now: number): Run {
  if (progress.kind === 'ended') return endRun(run, progress, now)
  return { ...run, cursor: progress.cursor, dueAt: progress.dueAt }
}

/** What conditions look at. Of somebody who was removed the event's identifiers are left. */
export function conditionInput(
  event: Pick<SeenEvent, 'attributes' | 'changes' | 'identifiers'>,
  subject: PersonState | null,
  now: number,
): ConditionInput {
  const profile = subject?.attributes ?? {}
  const { attributes, changes } = event
  const identifiers = subject?.identifiers ?? event.identifiers
  return { event: attributes, profile, changes, tags: subject?.tags ?? [], identifiers, now }
}

function newRun(rule: Rule, event: Event, now: number): Run {
  return {
    event: event.id,
    rule: rule.name,
    version: rule.version,
    subject: event.subject,
    state: 'waiting',
    cursor: [0],
    dueAt: null,
    reason: null,
    detail: null,
    endedBy: null,
    beganAt: now,
    endedAt: null,
    seen: seenEvent(event),
    log: [],
  }
}
