import {
  type Actions,
  type ExternalAction,
  isExternal,
  type RecordStep,
  type StepPlan,
} from './action.ts'
import type { Key } from './command.ts'
import type { DecideContext } from './decision.ts'
import { Fault } from './errors.ts'
import type { Cause, Dropped, Event } from './event.ts'
import type { Journal } from './journal.ts'
import { limits } from './limits.ts'
import type { Delivery, DeliveryId, SeenForDelivery } from './planned-delivery.ts'
import type { Profile } from './profile.ts'
import { runRecordStep } from './record-steps.ts'
import { renderSettings } from './render-settings.ts'
import { ruleLabel } from './rule.ts'
import type { RecordRef, RuleRecords } from './rule-records.ts'
import type { Run, StepRecord } from './run.ts'
import type { Ended } from './run-steps.ts'
import type { ActionStep } from './step.ts'
import { changesScope, type TemplateScope, type Templates } from './template.ts'

/** What rules work with, the same for every decision. */
export interface RuleTools {
  actions: Actions
  templates: Templates
}

/** What came of an action. */
interface Acted {
  record: Omit<StepRecord, 'step'>
  end?: Ended
}

/** Carries out the actions of steps. A step never refuses the command it runs in. */
export class StepActor {
  /** What steps planned so far, with local ids. */
  readonly deliveries: Delivery[] = []
  readonly #journal: Journal
  readonly #context: DecideContext
  readonly #tools: RuleTools
  readonly #records: RuleRecords

  constructor(
    journal: Journal,
    context: DecideContext,
    { records, ...tools }: RuleTools & { records: RuleRecords },
  ) {
    this.#journal = journal
    this.#context = context
    this.#tools = tools
    this.#records = records
  }

  /**
   * `path` is the step's place, as records name it; `event` is the one the run began with, as long
   * as it can still be written to.
   */
  act(step: ActionStep, path: string, run: Run, cause: Cause, event: Event | null): Acted {
    const { actions, templates } = this.#tools
    const action = actions.get(step.action)
    if (!action) throw new Error(`Rule ${cause.rule} names the unknown action ${step.action}`)
    if (isExternal(action)) return this.#plan(action, step, path, run, event)
    const rendered = renderSettings(step.with, templates, () => this.#scope(run))
    if ('fault' in rendered) {
      event?.dropped.push({ name: step.action, reason: 'template', rule: cause.rule })
      const { name, line, column, message } = rendered.fault
      return failed('template', `${name}, line ${line}, column ${column}: ${message}`)
    }
    const subject = this.#journal.living(run.subject)
    const plan = action.plan(rendered.settings, { event: run.seen, subject })
    if (plan.kind === 'record') return this.#onRecords(plan, run, cause, event)
    const first = this.#journal.events.length
    const dropped = this.#carryOut(plan, run, cause, event)
    const { events } = this.#journal
    if (!dropped) return { record: acted(events.slice(first)) }
    event?.dropped.push({ ...dropped, rule: cause.rule })
    const record = { did: 'dropped' as const, ...dropped }
    // The steps after it were meant for somebody else than the event's own person.
    if (plan.kind === 'find') return { record, end: { state: 'done', reason: 'no_profile' } }
    return { record }
  }

  /** What is done to records; the run is about the one it found or made from here on. */
  #onRecords(plan: RecordStep, run: Run, cause: Cause, event: Event | null): Acted {
    const { events } = this.#journal
    const first = events.length
    const { dropped, current, person, ends } = runRecordStep(plan, {
      records: this.#records,
      person: this.#journal.living(run.subject),
      current: run.seen.record,
      cause,
      now: this.#context.now,
      living: (id) => this.#journal.living(id),
    })
    if (person !== undefined) {
      run.subject = person
      resolve(event, person, 'key')
    }
    for (const each of dropped) event?.dropped.push({ ...each, rule: cause.rule })
    const { record: _, ...seen } = run.seen
    run.seen = { ...seen, ...(current && { record: current }) }
    const [without] = dropped
    const did = acted(events.slice(first))
    const record = without
      ? { ...did, ...(!did.events && { did: 'dropped' as const }), ...without }
      : did
    return ends ? { record, end: { state: 'done', reason: 'no_record' } } : { record }
  }

  /** What reaches outside is owed from here on; the run goes on without waiting for it. */
  #plan(
    action: ExternalAction,
    step: ActionStep,
    path: string,
    run: Run,
    event: Event | null,
  ): Acted {
    if (this.deliveries.length >= limits.deliveriesPerCommandMax) {
      const dropped = { name: action.type, reason: 'too_many_deliveries' } as const
      event?.dropped.push({ ...dropped, rule: ruleLabel({ name: run.rule, version: run.version }) })
      return { record: { did: 'dropped', ...dropped } }
    }
    const id = -(this.deliveries.length + 1) as DeliveryId
    const { now } = this.#context
    const { type, occurredAt, receivedAt, source, attributes, changes, depth } = run.seen
    const subject = this.#journal.living(run.subject)
    const record = this.#recordSeen(run.seen.record)
    const person = action.keepsPerson?.(step.with) ? this.#journal.lastSeen(run.subject) : null
    this.deliveries.push({
      id,
      event: run.event,
      rule: run.rule,
      version: run.version,
      step: path,
      action: action.type,
      destination: String(step.with.destination),
      // What is told of somebody's end comes behind what was told of them before.
      subject: subject?.id ?? this.#journal.lastSeen(run.subject)?.id ?? null,
      state: 'pending',
      attemptCount: 0,
      dueAt: now,
      reason: null,
      detail: null,
      plannedAt: now,
      endedAt: null,
      seen: {
        event: {
          ...{ id: run.event, type, occurredAt, receivedAt, source, attributes, changes },
          ...(depth > 0 && { depth }),
        },
        // A copy: later steps of the same decision go on writing to the draft.
        profile: subject && {
          id: subject.id,
          version: subject.version,
          attributes: { ...subject.attributes },
          tags: [...subject.tags],
        },
        ...(person && { person: copyOf(person) }),
        ...(record && { record }),
      },
      request: null,
    })
    return { record: { did: 'planned', delivery: id } }
  }

  /** Does what a step planned, or says why it had no effect. */
  #carryOut(
    plan: Exclude<StepPlan, RecordStep>,
    run: Run,
    cause: Cause,
    event: Event | null,
  ): Dropped | null {
    switch (plan.kind) {
      case 'skip':
        return { name: plan.name, reason: plan.reason }
      case 'tell':
        this.#journal.tell(plan.type, plan.attributes, run.subject, cause)
        return null
      case 'find': {
        const found = this.#journal.find(plan.keys)
        if (!found) return { name: soughtBy(plan), reason: 'no_profile' }
        run.subject = found.id
        resolve(event, found.id, 'key')
        return null
      }
      default:
        return this.#change(plan, run, cause, event)
    }
  }

  #change(
    plan: Extract<StepPlan, { kind: 'write-profile' | 'remove-profile' }>,
    run: Run,
    cause: Cause,
    event: Event | null,
  ): Dropped | null {
    try {
      const done =
        plan.kind === 'write-profile'
          ? this.#journal.write(plan, cause)
          : { profile: this.#journal.remove(plan, cause), foundBy: 'key' as const }
      if (!done.profile) return { name: soughtBy(plan), reason: 'no_profile' }
      run.subject ??= done.profile.id
      resolve(event, done.profile.id, done.foundBy)
      return null
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      if (error.code === 'merge_refused') {
        return { name: identifiedBy(plan) ?? soughtBy(plan), reason: 'merge_refused' }
      }
      const reason = error.code === 'conflict' ? 'conflict' : 'no_profile'
      return { name: error.fields[0]?.field ?? soughtBy(plan), reason }
    }
  }

  #scope(run: Run): TemplateScope {
    const subject = this.#journal.living(run.subject)
    return {
      event: run.seen.attributes,
      profile: subject?.attributes ?? {},
      ...(subject && { tags: subject.tags }),
      changes: changesScope(run.seen.changes),
      record: this.#records.shown(run.seen.record),
      workspace: { name: this.#context.workspace.name },
      now: this.#context.now,
    }
  }

  #recordSeen(ref: RecordRef | undefined): SeenForDelivery['record'] {
    return ref && { ...ref, values: this.#records.shown(ref) }
  }
}

function acted(caused: readonly Event[]): Pick<StepRecord, 'did' | 'events'> {
  return caused.length === 0
    ? { did: 'acted' }
    : { did: 'acted', events: caused.map(({ id }) => id) }
}

/** The kind of identifier that a step was to link. */
function identifiedBy(plan: StepPlan): string | undefined {
  return plan.kind === 'write-profile' ? plan.changes.link?.[0]?.kind : undefined
}

function copyOf(person: Profile): Profile {
  const { attributes, provenance, tags, identifiers } = person
  return {
    ...person,
    attributes: { ...attributes },
    provenance: { ...provenance },
    tags: [...tags],
    identifiers: [...identifiers],
    lastEvent: null,
  }
}

/** The person an event turned out to be about is written back to it. */
function resolve(event: Event | null, id: NonNullable<Event['subject']>, by: Event['foundBy']) {
  if (event === null || event.subject !== null) return
  event.subject = id
  event.foundBy = by
}

function failed(reason: Ended['reason'], detail: string): Acted {
  return { record: { did: 'failed', detail }, end: { state: 'failed', reason, detail } }
}

/** What a step looked for its person by, for the record that there was none. */
function soughtBy(plan: { keys: readonly Key[] }): string {
  const key = plan.keys[0]
  return key && 'identifier' in key ? key.identifier.kind : 'profile'
}
