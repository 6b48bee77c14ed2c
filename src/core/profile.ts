import { type JsonObject, type JsonValue, own } from './json.ts'
import { limits } from './limits.ts'

/** Within 2^48, so that dialects can show it in other forms. Unique in its workspace. */
export type ProfileId = number & { readonly profileId: unique symbol }
/** Gapless and in commit order in its workspace, from 1. */
export type EventId = number & { readonly eventId: unique symbol }
export type WorkspaceId = number & { readonly workspaceId: unique symbol }

/** What finds a profile. Kinds are names declared by dialects, not a closed set. */
export interface Identifier {
  kind: string
  value: string
}

/**
 * The kinds every dialect shares: the customer's own id, at most one per profile; and the address.
 */
export const USER_ID = 'user_id'
export const EMAIL = 'email'

/** The id of a profile that was merged into its holder, in digits: what led there leads here. */
export const MERGED_PROFILE = 'merged_profile'

/** Who last set an attribute, and when. It stays when the attribute is cleared. */
export interface Provenance {
  /**
   * Event time, milliseconds UTC, of the last write of the value, what a late one is measured
   * against. A write that leaves the value as it is moves it and is often no event, so it may be
   * later than the event's own.
   */
  at: number
  /** Event time of the write that gave the value, where the value was written again since. */
  since?: number
  /** The event that gave the attribute its value. */
  event: EventId
  /** The dialect that wrote it, or `rule:<name>`. */
  source: string
  /** Set when the value came by set once. */
  once?: true
}

/** The one current record of a person. */
export interface Profile {
  id: ProfileId
  /** 1 when created, and exactly one more with every change. */
  version: number
  /** Never holds null: a cleared attribute is absent here and keeps its provenance. */
  attributes: JsonObject
  provenance: { [name: string]: Provenance }
  tags: string[]
  identifiers: Identifier[]
  /** Milliseconds UTC, like every time in Roster. */
  createdAt: number
  updatedAt: number
  /** The newest event about it; each event names the one before it, newest first. */
  lastEvent: EventId | null
  /** Set on a removed profile, which no read shows except where a vendor does. */
  removedAt: number | null
}

/**
 * The form in which two addresses are the same person: NFC, trimmed, lower case. The attribute
 * keeps its own spelling. Lower-casing can undo NFC, hence the second pass.
 */
export function canonicalEmail(address: string): string {
  if (plainAddress.test(address)) return address.toLowerCase()
  return address.normalize('NFC').trim().toLowerCase().normalize('NFC')
}

/** Nothing to trim and only one Unicode form; nearly every address is like this. */
const plainAddress = /^[!-~]*$/

/**
 * The identifier an `email` attribute gives, or null for a value that is not an address at all
 * (`none`, `-`, a number): two people who both wrote `none` are not the same person.
 */
export function emailIdentifier(value: JsonValue | undefined): Identifier | null {
  if (typeof value !== 'string') return null
  const address = canonicalEmail(value)
  const at = address.lastIndexOf('@')
  if (at < 1 || at === address.length - 1) return null
  if (address.length > limits.identifierLengthMax || /\s/.test(address)) return null
  return { kind: EMAIL, value: address }
}

/** Whether an identifier is among some. */
export function hasIdentifier(
  identifiers: readonly Identifier[],
  { kind, value }: Identifier,
): boolean {
  return identifiers.some((other) => other.kind === kind && other.value === value)
}

/** The value of the profile's first identifier of this kind, which is the one to show. */
export function identifierOf(profile: Profile, kind: string): string | undefined {
  return profile.identifiers.find((identifier) => identifier.kind === kind)?.value
}

const nameParts = ['first_name', 'name_infix', 'last_name'] as const

/** Attributes that the name to show is made of. */
export const shownNameAttributes: readonly string[] = ['name', ...nameParts]

/**
 * The name to show: the later of a stored `name` and first name, infix and last name joined. With
 * neither it is undefined; what to show instead is the dialect's business.
 */
export function displayName(profile: Profile): string | undefined {
  let joined = ''
  for (const name of nameParts) {
    const value = own(profile.attributes, name)
    const part = typeof value === 'string' ? value.trim() : ''
    if (part !== '') joined = joined === '' ? part : `${joined} ${part}`
  }
  const stored = own(profile.attributes, 'name')
  if (typeof stored !== 'string' || stored === '') return joined === '' ? undefined : joined
  if (joined === '') return stored
  const partsAt = Math.max(...nameParts.map((name) => own(profile.provenance, name)?.at ?? 0))
  return partsAt > (own(profile.provenance, 'name')?.at ?? 0) ? joined : stored
}
