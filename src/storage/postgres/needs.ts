import {
  type BeginRun,
  type Command,
  type ContinueRun,
  type EndRun,
  type Key,
  namedEmail,
  type WriteRecords,
} from '../../core/command.ts'
import { identifierKey, type Need } from '../../core/known.ts'
import type { Identifier, ProfileId } from '../../core/profile.ts'
import { type RunKey, runId } from '../../core/run.ts'

/** What a group has to lock before it is decided; it only grows from one attempt to the next. */
export class NeedSet {
  readonly #identifiers = new Map<string, Identifier>()
  readonly #profiles = new Set<ProfileId>()
  readonly #runs = new Map<string, RunKey>()

  add(needs: Iterable<Need>): void {
    for (const need of needs) {
      if ('identifier' in need) {
        this.#identifiers.set(identifierKey(need.identifier), need.identifier)
      } else if ('profile' in need) this.#profiles.add(need.profile)
      else if ('run' in need) this.#runs.set(runId(need.run), need.run)
    }
  }

  get identifiers(): Identifier[] {
    return [...this.#identifiers.values()]
  }

  get profiles(): ProfileId[] {
    return [...this.#profiles]
  }

  get runs(): RunKey[] {
    return [...this.#runs.values()]
  }
}

/**
 * Everything that can be told from a command alone. What is missing here and needed after all costs
 * the group another attempt, so this asks for more than the first round of a decision does.
 */
export function foreseenNeeds(command: Command): Need[] {
  if (
    command.kind === 'begin-run' ||
    command.kind === 'continue-run' ||
    command.kind === 'end-run'
  ) {
    const about = command.subject === null ? [] : [{ profile: command.subject }]
    // Whether there is one already is seen under the lock of its event.
    return command.kind === 'begin-run' ? about : [...about, { run: command.run }]
  }
  if (command.kind === 'write-records') return []
  const identifiers: Identifier[] = []
  const profiles: ProfileId[] = []
  const keys = keysOf(command)
  for (const key of keys) {
    if ('identifier' in key) identifiers.push(key.identifier)
    else profiles.push(key.profile)
  }
  if (command.kind === 'record-event') identifiers.push(...command.identifiers)
  if (command.kind === 'write-profile') {
    const email = namedEmail(command.changes)
    if (email) identifiers.push(email)
    identifiers.push(...(command.changes.identify ?? []))
  }
  return [
    ...identifiers.map((identifier) => ({ identifier, holders: 'owner' as const })),
    ...profiles.map((profile) => ({ profile })),
  ]
}

function keysOf(command: Exclude<Command, WriteRecords | BeginRun | ContinueRun | EndRun>): Key[] {
  if (command.kind === 'record-event') return command.subject ?? []
  if (command.kind === 'merge-profiles') return [command.into, ...command.from].flat()
  if (command.kind !== 'undo-merge') return command.keys
  return [command.into, ...command.gone.map((each) => each.profile)].map((profile) => ({ profile }))
}
