import type { Changes } from './command.ts'
import type { Change, Dropped, DropReason } from './event.ts'
import { type JsonValue, own, sameJson } from './json.ts'
import { limits } from './limits.ts'
import type { EventId, Profile, Provenance } from './profile.ts'
import { relativeChanges } from './relative-changes.ts'

/** Under whose name and at which time a change is made. */
export interface Writer {
  /** The store's clock. */
  now: number
  /** The caller's own event time, already clamped; only a write that has one can lose. */
  occurredAt: number | undefined
  /** The event that will tell of the change. */
  event: EventId
  source: string
}

export interface AttributeResult {
  changes: Change[]
  dropped: Dropped[]
  /** True when anything about the profile moved, a time alone included. */
  touched: boolean
}

/**
 * One change set makes few different provenances, and attributes share them: an engine then stores
 * each once.
 */
interface Result extends AttributeResult {
  /** The latest of what was set; nearly always at one time. */
  set: Provenance | null
  /** What only moved in time, by what it was; made with the first. */
  moved: Map<Provenance, Provenance> | null
}

/**
 * Applies the attribute part of a change to a profile, in place (design 3.1): per attribute the
 * later event time wins and ties go to the later receipt; an equal value moves the time and is no
 * change; a cleared attribute keeps its time; set once writes only where nothing is stored.
 */
export function changeAttributes(
  profile: Profile,
  changes: Changes,
  writer: Writer,
): AttributeResult {
  const result: Result = {
    changes: [],
    dropped: [],
    touched: false,
    set: null,
    moved: null,
  }
  if (changes.clearAllBut) {
    for (const name of Object.keys(profile.attributes)) {
      const kept = changes.clearAllBut.includes(name) || Object.hasOwn(changes.set, name)
      if (!kept) setAttribute(profile, name, null, writer, result)
    }
  }
  for (const name of Object.keys(changes.set)) {
    setAttribute(profile, name, changes.set[name] ?? null, writer, result)
  }
  if (changes.setOnce) {
    for (const name of Object.keys(changes.setOnce)) {
      if (Object.hasOwn(changes.set, name)) continue
      setAttributeOnce(profile, name, changes.setOnce[name] ?? null, writer, result)
    }
  }
  for (const { name, value, reason } of relativeChanges(profile, changes)) {
    if (reason === undefined)
      setAttribute(profile, name, value, onTop(profile, name, writer), result)
    else drop(result, name, reason)
  }
  return result
}

/** What builds on the stored value counts whenever it happened; the later of both times stays. */
function onTop(profile: Profile, name: string, writer: Writer): Writer {
  const { occurredAt } = writer
  const storedAt = own(profile.provenance, name)?.at ?? 0
  return occurredAt === undefined || occurredAt >= storedAt
    ? writer
    : { ...writer, occurredAt: storedAt }
}

function setAttribute(
  profile: Profile,
  name: string,
  value: JsonValue,
  writer: Writer,
  result: Result,
): void {
  const before = own(profile.provenance, name)
  const at = eventTime(writer, before?.at)
  if (at === null) return drop(result, name, 'older_than_stored')
  if (!before && isFull(profile)) return drop(result, name, 'too_many_attributes')
  const stored = own(profile.attributes, name) ?? null
  if (before && sameJson(stored, value)) {
    if (at !== before.at) {
      result.moved ??= new Map()
      profile.provenance[name] = result.moved.get(before) ?? again(before, at)
      result.moved.set(before, profile.provenance[name])
      result.touched = true
    }
    return
  }
  if (value === null) delete profile.attributes[name]
  else profile.attributes[name] = value
  const { event, source } = writer
  if (result.set?.at !== at) result.set = { at, event, source }
  profile.provenance[name] = result.set
  result.touched = true
  // Clearing what was never there leaves its time behind, so that an older write cannot fill it.
  if (!sameJson(stored, value)) result.changes.push({ name, from: stored, to: value })
}

function again(before: Provenance, at: number): Provenance {
  return { ...before, at, since: before.since ?? before.at }
}

function setAttributeOnce(
  profile: Profile,
  name: string,
  value: JsonValue,
  writer: Writer,
  result: Result,
): void {
  if (value === null) return
  const stored = own(profile.attributes, name)
  if (stored !== undefined) {
    if (!sameJson(stored, value)) drop(result, name, 'already_set')
    return
  }
  const before = own(profile.provenance, name)
  const at = eventTime(writer, before?.at)
  if (at === null) return drop(result, name, 'older_than_stored')
  if (!before && isFull(profile)) return drop(result, name, 'too_many_attributes')
  profile.attributes[name] = value
  profile.provenance[name] = { at, event: writer.event, source: writer.source, once: true }
  result.touched = true
  result.changes.push({ name, from: null, to: value })
}

/**
 * The time a write counts from, or null when it lost. A write without a time of its own takes the
 * later of the clock and what is stored, so that a clock set back loses nothing.
 */
function eventTime(writer: Writer, storedAt: number | undefined): number | null {
  if (writer.occurredAt === undefined) return Math.max(writer.now, storedAt ?? 0)
  return storedAt !== undefined && writer.occurredAt < storedAt ? null : writer.occurredAt
}

function isFull(profile: Profile): boolean {
  return Object.keys(profile.provenance).length >= limits.attributesPerProfileMax
}

function drop(result: Result, name: string, reason: DropReason): void {
  result.dropped.push({ name, reason })
}
