import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { ProfileQuery } from '../../core/profile-query.ts'
import type { Row } from '../rows.ts'
import type { IdSet } from './id-set.ts'
import type { Term } from './profile-terms.ts'

/**
 * What searching for profiles needs of an engine: a few look-ups, each of them short and bounded,
 * so that whoever else waits for the engine has a turn between two of them.
 */
export interface ProfileSource {
  /** null when there is no such workspace. */
  state(workspaceId: WorkspaceId): Promise<SearchState | null>
  /** Rows of these profiles, those that are there, in any order. */
  byIds(workspaceId: WorkspaceId, ids: readonly ProfileId[]): Promise<Row[]>
  /** Rows in the order asked for, behind a position. */
  scan(workspaceId: WorkspaceId, wanted: ScanWanted): Promise<Row[]>
  /** Everybody who is entered under a term in this state or a later one. */
  entered(workspaceId: WorkspaceId, term: Term, state: SearchState): Promise<IdSet>
  /** Ids of everybody who has a phone number, in their order, behind an id. */
  phoned(workspaceId: WorkspaceId, phone: string, wanted: PhonedWanted): Promise<ProfileId[]>
  /** Ids that an index holds between two values, in any order, some of them more than once. */
  within(workspaceId: WorkspaceId, stretch: IndexStretch, limit: number): Promise<ProfileId[]>
  /**
   * What an index of texts holds behind a place, in the order of texts and then of ids; none only
   * where there is no more.
   */
  texts(
    workspaceId: WorkspaceId,
    stretch: TextIndexStretch,
    wanted: TextsWanted,
  ): Promise<TextPlace[]>
  /** Rows of those whose shown name events with `above < id <= upTo` may have changed. */
  renamed(
    workspaceId: WorkspaceId,
    wanted: { above: number; upTo: number; holding: string },
  ): Promise<Row[]>
  /** Rows of everybody between two ids whose attributes hold a text, in order. */
  holding(workspaceId: WorkspaceId, wanted: HoldingWanted): Promise<Row[]>
  /** How many ids of each block of `gapBlock` are no living profile's; full blocks are absent. */
  gaps(workspaceId: WorkspaceId): Promise<{ block: number; count: number }[]>
}

/** Ids counted together: what a page by offset skips one by one is at most this. */
export const gapBlock = 1_024

/** The block an id lies in; ids begin with 1. */
export function blockOf(id: ProfileId): number {
  return Math.floor((id - 1) / gapBlock)
}

export interface SearchState {
  /** Differs from that of every other state in which somebody is entered under other terms. */
  asOf: string
  living: number
  lastProfile: number
  /** Names of `indexedAttributes` whose index is complete. */
  indexed: readonly string[]
  lastEvent: number
  /** Up to which event those it renamed are entered in the index of shown names. */
  namedTo: number
}

export interface ScanWanted {
  by: 'id' | 'created'
  /** By id only the id counts. */
  after: { at: number; id: ProfileId } | null
  descending: boolean
  include: NonNullable<ProfileQuery['include']>
  /** How many more to leave out; only ever less than `gapBlock`. */
  skip: number
  limit: number
  /** Only the id and the times. */
  brief: boolean
}

export interface HoldingWanted {
  /** Ids above and below these. */
  above: number
  below: number
  descending: boolean
  include: NonNullable<ProfileQuery['include']>
  /** A part of the JSON that the attributes are kept as. */
  text: string
}

/** `from` counts, `below` does not; null is without an end. */
export type TextIndexStretch =
  | { in: 'identifiers'; kind: string; from: string; below: string | null }
  | { in: 'names'; from: string; below: string | null }

export type IndexStretch = TextIndexStretch | { in: 'created'; from: number; below: number }

/** What an index holds, or what was read already because no index has it yet, in order. */
export type TextStretch = TextIndexStretch | { in: 'hand'; places: readonly TextPlace[] }
export type Stretch = IndexStretch | TextStretch

/** Who has a text, and so where they stand in an index of texts. */
export interface TextPlace {
  text: string
  id: ProfileId
}

export interface TextsWanted {
  after: TextPlace
  /** Rows of the index that are read, at least 2. */
  limit: number
}

export interface PhonedWanted {
  after: ProfileId | null
  descending: boolean
  limit: number
}
