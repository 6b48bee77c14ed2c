import type { Command } from '../../core/command.ts'
import type { Decide, Decided } from '../../core/decision.ts'
import { type Event, imported } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import { emptyKnown, identifierKey, type Known, type KnownIdentifier } from '../../core/known.ts'
import type { Identifier, Profile } from '../../core/profile.ts'
import { ruleSet } from '../../core/rule-set.ts'
import { defaultSettings } from '../../core/workspace.ts'
import { groupProvenance } from '../group-provenance.ts'
import { namesIn, type UsedName } from '../names-used.ts'
import { listText } from '../rows.ts'
import { type Term, termsOf } from '../search/profile-terms.ts'
import { phoneOf } from './decided-writer.ts'

/** What many of those who are new have in common. */
export interface Likeness {
  /** Around the number of the event, which nobody knows yet; null where nothing was set. */
  provenance: readonly [before: string, after: string] | null
  tags: string
  terms: readonly Term[]
  names: readonly UsedName[]
}

/**
 * Commands, and what each comes to where nobody has what it names: somebody new. It goes to another
 * thread, so like things lie together: a list of texts is quicker to hand over than many objects.
 */
export interface Foreseen {
  /** The commands as JSON text. */
  commands: string[]
  /** Of each what goes to the file as it is; null where nothing could be foreseen. */
  attributes: (string | null)[]
  identifiers: string[]
  phones: (string | null)[]
  changes: string[]
  /** Which of the likenesses it has. */
  like: number[]
  likenesses: Likeness[]
  /** By kind the value of each, null where it has none. */
  owners: Map<string, (string | null)[]>
  /** What its event tells otherwise than the profile. */
  told: Map<number, { attributes: string; dropped: string; identifiers: string }>
}

/** Which rows: from one on, and up to another. */
export interface Stretch {
  from: number
  to: number
}

const noRules = ruleSet([])
const context = { settings: defaultSettings, rules: noRules, workspace: { name: '' } }

/**
 * Decides commands ahead, on another thread than the one that writes, as if nobody had what they
 * name. Whoever writes makes sure that this is so, or has them decided again.
 */
export class Foreseer {
  readonly #decide: Decide
  readonly #indexed: readonly string[]
  readonly #now: number
  readonly #nobody = new Nobody()
  readonly #known: Known = { ...emptyKnown(), identifiers: this.#nobody }
  /** The likenesses of the commands under way, by what they hang on. */
  readonly #likenesses = new Map<string, number>()

  /** `indexed` are the attributes that people of the workspace are found by. */
  constructor(decide: Decide, given: { indexed: readonly string[]; now: number }) {
    this.#decide = decide
    this.#indexed = given.indexed
    this.#now = given.now
  }

  foreseeAll(commands: readonly Command[]): Foreseen {
    this.#likenesses.clear()
    const all: Foreseen = {
      commands: commands.map((command) => JSON.stringify(command)),
      attributes: [],
      identifiers: [],
      phones: [],
      changes: [],
      like: [],
      likenesses: [],
      owners: new Map(),
      told: new Map(),
    }
    for (const [row, command] of commands.entries()) {
      const decided = this.#foresee(command)
      if (!decided || !this.#add(all, row, decided)) addNothing(all)
    }
    return all
  }

  /** Null for a command whose decision may hang on more than on who has what it names. */
  #foresee(command: Command): Decided | null {
    if (!isPlain(command)) return null
    this.#nobody.asked.length = 0
    const verdict = this.#decide(this.#known, command, { now: this.#now, ...context })
    if (verdict.kind !== 'decided') return null
    return isOfOneNewcomer(verdict, this.#nobody.asked) ? verdict : null
  }

  /** False where a row could not say it. */
  #add(all: Foreseen, row: number, { profiles, events }: Decided): boolean {
    const [write, event] = [profiles[0], events[0]]
    if (!write || !event) return false
    const { profile, claimed } = write
    const attributes = JSON.stringify(profile.attributes)
    const identifiers = listText(profile.identifiers)
    const terms = termsOf(profile, this.#indexed)
    all.attributes.push(attributes)
    all.identifiers.push(identifiers)
    all.phones.push(phoneOf(profile))
    all.changes.push(listText(event.changes))
    const tags = listText(profile.tags)
    const set = Object.keys(profile.provenance).join('\0')
    const held = Object.keys(profile.attributes).join('\0')
    const key = terms.reduce(termKey, `${set}\0\0${held}\0\0${tags}`)
    const like = this.#likenesses.get(key) ?? all.likenesses.length
    if (like === all.likenesses.length) {
      this.#likenesses.set(key, like)
      const provenance = aroundEvent(profile.provenance)
      all.likenesses.push({ provenance, tags, terms, names: namesIn(event.changes) })
    }
    all.like.push(like)
    for (const { kind, value } of claimed) {
      let values = all.owners.get(kind)
      if (!values) {
        values = Array(all.commands.length).fill(null)
        all.owners.set(kind, values)
      }
      values[row] = value
    }
    const sameAttributes = isAllOf(profile.attributes, event)
    const sameIdentifiers = isSameList(event.identifiers, profile.identifiers)
    if (!sameAttributes || !sameIdentifiers || event.dropped.length > 0) {
      all.told.set(row, {
        attributes: sameAttributes ? attributes : JSON.stringify(event.attributes),
        dropped: listText(event.dropped),
        identifiers: sameIdentifiers ? identifiers : listText(event.identifiers),
      })
    }
    return true
  }
}

function addNothing(all: Foreseen): void {
  all.attributes.push(null)
  all.identifiers.push('')
  all.phones.push(null)
  all.changes.push('')
  all.like.push(0)
}

/** Knows of each identifier that nobody has it, and which were asked for. */
class Nobody extends Map<string, KnownIdentifier> {
  readonly asked: string[] = []

  override get(key: string): KnownIdentifier {
    this.asked.push(key)
    return nobody
  }
}

const nobody = { holders: [], complete: true, removedAt: null }

/** The text of a provenance, before and after the number of its one event. */
function aroundEvent(provenance: Profile['provenance']): Likeness['provenance'] {
  const [group] = groupProvenance(provenance)
  if (!group) return null
  const [at, , ...rest] = group
  return [`[[${at},`, `,${JSON.stringify(rest).slice(1)}]`]
}

function termKey(before: string, { kind, name, value }: Term): string {
  return `${before}\0${kind}\0${name}\0${value}`
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
  if (command.kind !== 'write-profile') return false
  const { source, idempotency, records, occurredAt, ifVersion, changes, onMissing } = command
  // What has this source is let in by no rule; a token and a request would have to be told.
  if (source.dialect !== imported || source.token !== null || source.request !== null) return false
  const { unknown, setOnce } = changes
  const hangsOn = [idempotency, records, occurredAt, ifVersion, unknown, setOnce]
  return onMissing === 'create' && hangsOn.every((one) => one === undefined)
}

/** Whether one profile was made, which has all that was looked for, and told of in one event. */
function isOfOneNewcomer(decided: Decided, asked: readonly string[]): boolean {
  const { profiles, events, runs, ruleCounts, deliveries } = decided
  const [write, event] = [profiles[0], events[0]]
  if (profiles.length !== 1 || events.length !== 1 || !write || write.before !== null) return false
  if (event?.type !== 'profile.created' || write.released.length > 0) return false
  if (runs.length + ruleCounts.length + deliveries.length > 0) return false
  const claimed = write.claimed.map(identifierKey)
  const kinds = write.claimed.map(({ kind }) => kind)
  if (kinds.some((kind, index) => kinds.indexOf(kind) < index)) return false
  const told = event.identifiers.every((one) => claimed.includes(identifierKey(one)))
  return told && asked.every((key) => claimed.includes(key))
}
