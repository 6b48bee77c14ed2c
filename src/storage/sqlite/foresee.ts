import type { Command } from '../../core/command.ts'
import type { Decide, Decided } from '../../core/decision.ts'
import { type Event, imported } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import { emptyKnown, identifierKey, type Known, likelyNeeds } from '../../core/known.ts'
import type { Identifier } from '../../core/profile.ts'
import { ruleSet } from '../../core/rule-set.ts'
import { defaultSettings } from '../../core/workspace.ts'
import { groupProvenance } from '../group-provenance.ts'
import { namesIn, type UsedName } from '../names-used.ts'
import { listText } from '../rows.ts'
import { type Term, termsOf } from '../search/profile-terms.ts'
import { phoneOf } from './decided-writer.ts'

/** What a decision comes to where nobody has what its command names: somebody new. */
export interface Newcomer {
  attributes: string
  /** Around the number of the event, which nobody knows yet; null where nothing was set. */
  provenance: readonly [before: string, after: string] | null
  tags: string
  /** All that the command names, and what `identifiersText` holds. */
  identifiers: readonly Identifier[]
  identifiersText: string
  phone: string | null
  terms: readonly Term[]
  names: readonly UsedName[]
  event: { attributes: string; changes: string; dropped: string; identifiers: string }
  source: Command['source']
}

const noRules = ruleSet([])
const nobody = { holders: [], complete: true, removedAt: null }

/**
 * Decides commands ahead, on another thread than the one that writes, as if nobody had what they
 * name. Whoever writes makes sure that this is so, or has them decided again.
 */
export class Foreseer {
  readonly #decide: Decide
  readonly #indexed: readonly string[]
  readonly #now: number
  /** What many rows have in common goes to the other thread once. */
  readonly #shared = new Map<string, unknown>()

  /** `indexed` are the attributes that people of the workspace are found by. */
  constructor(decide: Decide, given: { indexed: readonly string[]; now: number }) {
    this.#decide = decide
    this.#indexed = given.indexed
    this.#now = given.now
  }

  /** Null for a command whose decision may hang on more than on who has what it names. */
  foresee(command: Command): Newcomer | null {
    if (!isPlain(command)) return null
    const known = emptyKnown()
    const named = likelyNeeds(command).flatMap((need) =>
      'identifier' in need ? [need.identifier] : [],
    )
    for (const identifier of [...named, ...(command.changes.identify ?? [])]) {
      known.identifiers.set(identifierKey(identifier), nobody)
    }
    const context = { settings: defaultSettings, rules: noRules, workspace: { name: '' } }
    const verdict = this.#decide(known, command, { now: this.#now, ...context })
    if (verdict.kind !== 'decided' || !isOfOneNewcomer(verdict, known)) return null
    return this.#newcomerOf(verdict, command)
  }

  #newcomerOf({ profiles, events }: Decided, { source }: Command): Newcomer | null {
    const [write, event] = [profiles[0], events[0]]
    if (!write || !event) return null
    const { profile, claimed } = write
    const [group, ...others] = groupProvenance(profile.provenance)
    if (others.length > 0) return null
    const [at, , ...rest] = group ?? []
    const attributes = JSON.stringify(profile.attributes)
    const identifiersText = listText(profile.identifiers)
    const terms = termsOf(profile, this.#indexed)
    const names = namesIn(event.changes)
    const { dialect, token, request } = source
    return {
      attributes,
      provenance: group ? [`[[${at},`, `,${JSON.stringify(rest).slice(1)}]`] : null,
      tags: listText(profile.tags),
      identifiers: claimed,
      identifiersText,
      phone: phoneOf(profile),
      terms: this.#share(terms, terms.reduce(termKey, 't')),
      names: this.#share(names, names.reduce(nameKey, 'n')),
      event: {
        attributes: isAllOf(profile.attributes, event)
          ? attributes
          : JSON.stringify(event.attributes),
        changes: listText(event.changes),
        dropped: listText(event.dropped),
        identifiers: isSameList(event.identifiers, profile.identifiers)
          ? identifiersText
          : listText(event.identifiers),
      },
      source: this.#share(source, `s${dialect} ${token} ${request}`),
    }
  }

  #share<T>(one: T, key: string): T {
    const known = this.#shared.get(key)
    if (!known) this.#shared.set(key, one)
    return (known as T | undefined) ?? one
  }
}

function termKey(before: string, { kind, name, value }: Term): string {
  return `${before}\0${kind}\0${name}\0${value}`
}

function nameKey(before: string, { kind, name }: UsedName): string {
  return `${before}\0${kind}\0${name}`
}

/** Whether what was asked is what the profile has, and so the same text in the same order. */
function isAllOf(attributes: JsonObject, event: Event): boolean {
  const names = Object.keys(event.attributes)
  const held = Object.keys(attributes)
  return names.length === held.length && names.every((name, index) => name === held[index])
}

function isSameList(some: readonly Identifier[], others: readonly Identifier[]): boolean {
  if (some.length !== others.length) return false
  return some.every(({ kind, value }, index) => {
    return kind === others[index]?.kind && value === others[index]?.value
  })
}

/** Whether rules, earlier calls, removals and versions have no say in it. */
function isPlain(command: Command): command is Extract<Command, { kind: 'write-profile' }> {
  if (command.kind !== 'write-profile' || command.source.dialect !== imported) return false
  const { idempotency, records, occurredAt, ifVersion, changes, onMissing } = command
  const hangsOn = [idempotency, records, occurredAt, ifVersion, changes.unknown]
  return onMissing === 'create' && hangsOn.every((one) => one === undefined)
}

/** Whether one profile was made, which has all that was looked for, and told of in one event. */
function isOfOneNewcomer(decided: Decided, known: Known): boolean {
  const { profiles, events, runs, ruleCounts, deliveries } = decided
  const [write, event] = [profiles[0], events[0]]
  if (profiles.length !== 1 || events.length !== 1 || !write || write.before !== null) return false
  if (event?.type !== 'profile.created') return false
  if (runs.length + ruleCounts.length + deliveries.length > 0) return false
  const claimed = new Set(write.claimed.map(identifierKey))
  const named = [...known.identifiers.keys(), ...event.identifiers.map(identifierKey)]
  return named.every((key) => claimed.has(key)) && write.released.length === 0
}
