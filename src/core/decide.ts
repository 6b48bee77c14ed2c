import type { Actions } from './action.ts'
import type { Collections } from './collection.ts'
import type { BeginRun, Command, ContinueRun, EndRun, Key } from './command.ts'
import type { Decide, DecideContext, Decided } from './decision.ts'
import { Fault } from './errors.ts'
import type { Event, FoundBy } from './event.ts'
import { Journal } from './journal.ts'
import { NeedMore } from './known.ts'
import type { Profile, ProfileId } from './profile.ts'
import { RuleRecords } from './rule-records.ts'
import { RuleRunner } from './rule-runner.ts'
import { createTemplates, type Templates } from './template.ts'

/**
 * Binds the actions into the decision. The decision is pure: the same state, command and
 * context give the same verdict, so it may be run again with more state until nothing is missing.
 */
export function createDecide(actions: Actions, collections: readonly Collections[] = []): Decide {
  const templates = createTemplates()
  return (known, command, context) => {
    try {
      const journal = new Journal(known, command, context)
      const { now } = context
      const records = new RuleRecords(journal, { known, command, now }, collections)
      return decideOnce(journal, command, context, { actions, templates, records })
    } catch (error) {
      if (error instanceof NeedMore) return { kind: 'need', needs: error.needs }
      if (error instanceof Fault) return { kind: 'refused', fault: error }
      throw error
    }
  }
}

interface Found {
  profile: Profile | null
  foundBy: FoundBy | null
}

function decideOnce(
  journal: Journal,
  command: Command,
  context: DecideContext,
  tools: { actions: Actions; templates: Templates; records: RuleRecords },
): Decided {
  const rules = new RuleRunner(journal, context, tools)
  const { events, drafts } = journal
  const isAboutRun = isOfRun(command)
  const subject = isAboutRun ? workOnRun(rules, command) : begin(journal, command)
  const [own] = events
  const written = command.kind === 'record-event' ? tools.records.ofCommand : null
  if (own && written) journal.tellAbout(own, written)
  for (let index = 0; index < events.length; index++) rules.react(events[index] as Event)
  drafts.chain(events)
  const about = subject.profile?.id ?? (isAboutRun ? null : (events[0]?.subject ?? null))
  return {
    kind: 'decided',
    profiles: drafts.writes(),
    events,
    runs: rules.writes(),
    ruleCounts: rules.counts(),
    deliveries: rules.deliveries(),
    records: tools.records.writes,
    foundBy: subject.foundBy ?? (isAboutRun ? 'none' : (events[0]?.foundBy ?? 'none')),
    subject: journal.living(about),
    spelled: spelled(command, about),
  }
}

/** Where the number found somebody, nobody holds the id that spells it: it is tried before. */
function spelled(command: Command, about: ProfileId | null): Decided['spelled'] {
  if (about === null) return null
  const keys = (command.kind === 'record-event' ? command.subject : keysOf(command)) ?? []
  const at = keys.findIndex((key) => 'profile' in key && key.spelled && key.profile === about)
  const before = keys[at - 1]
  return before && 'identifier' in before ? { profile: about, identifier: before.identifier } : null
}

function keysOf(command: Command): Key[] | undefined {
  return 'keys' in command ? command.keys : undefined
}

/** Does what the command itself asks for; the rules come after it. */
function begin(journal: Journal, command: Exclude<Command, OfRun>): Found {
  switch (command.kind) {
    case 'write-records':
      return { profile: null, foundBy: null }
    case 'record-event':
      return journal.record(command)
    case 'merge-profiles':
      return { profile: journal.merge(command), foundBy: 'key' }
    case 'undo-merge':
      return { profile: journal.undoMerge(command), foundBy: 'key' }
    case 'write-profile':
      return journal.write(command, null)
    case 'remove-profile': {
      const profile = journal.remove(command, null)
      if (!profile) throw new Fault('profile_not_found')
      return { profile, foundBy: 'key' }
    }
  }
}

type OfRun = BeginRun | ContinueRun | EndRun

function isOfRun(command: Command): command is OfRun {
  const { kind } = command
  return kind === 'begin-run' || kind === 'continue-run' || kind === 'end-run'
}

function workOnRun(rules: RuleRunner, command: OfRun): Found {
  if (command.kind === 'begin-run') rules.beginLate(command.run)
  else if (command.kind === 'end-run') rules.endRun(command.run, command.end)
  else rules.continueRun(command.run)
  return { profile: null, foundBy: null }
}
