import type { EventId, ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Range } from '../../core/profile-query.ts'
import type { Row } from '../rows.ts'
import type { EventTermKind } from './event-terms.ts'
import type { HistoryPart } from './long-history.ts'

/** What searching for events needs of an engine; each look-up is short and bounded. */
export interface EventSource {
  /** The first and the last event there are; null when there is none. */
  span(workspaceId: WorkspaceId): Promise<LogSpan | null>
  /**
   * The last event within bounds that was received before a time, if those before it were too; the
   * lower bound where there is none. It is found by halving, and no event is read but for its time.
   */
  lastBefore(workspaceId: WorkspaceId, bounds: Bounds, at: number): Promise<number>
  /** The newest event about a profile, removed or not. */
  newestOf(workspaceId: WorkspaceId, subject: ProfileId): Promise<EventId | null>
  /** The event, and those before it about the same profile, from it back; at most `limit`. */
  chain(workspaceId: WorkspaceId, from: EventId, limit: number): Promise<Row[]>
  /** The ids of the same that are above one, and nothing else, which costs a lot less. */
  links(workspaceId: WorkspaceId, from: EventId, wanted: LinksWanted): Promise<Link[]>
  /** Of as many links only those to events that pass a test, and the last one in any case. */
  testedLinks(
    workspaceId: WorkspaceId,
    from: EventId,
    wanted: LinksWanted & { test: EventTest },
  ): Promise<TestedLink[]>
  /** The next milestones about a profile above an id, in order. */
  milestones(
    workspaceId: WorkspaceId,
    subject: ProfileId,
    wanted: { above: number; limit: number },
  ): Promise<EventId[]>
  /** The last event that a long history was entered up to; null where it was not. */
  lastOfHistory(workspaceId: WorkspaceId, subject: ProfileId): Promise<EventId | null>
  /** Rows of a long history with events between two ids, in order; at most `limit`. */
  historyParts(workspaceId: WorkspaceId, subject: ProfileId, wanted: Part): Promise<HistoryPart[]>
  /** Events with `above < id < below` that pass the test, in order, at most `limit`. */
  stretch(workspaceId: WorkspaceId, wanted: StretchWanted): Promise<Row[]>
  /** The same of those that an event caused. */
  caused(workspaceId: WorkspaceId, cause: EventId, wanted: Part): Promise<Row[]>
  /** Rows of these events, those that are there, in any order. */
  eventsByIds(workspaceId: WorkspaceId, ids: readonly EventId[]): Promise<Row[]>
  /** Blocks of a term from one on, in the direction asked for. */
  eventBlocks(workspaceId: WorkspaceId, wanted: BlocksWanted): Promise<[number, Uint8Array][]>
  /** These blocks of a term, those that are there, in any order. */
  someEventBlocks(
    workspaceId: WorkspaceId,
    term: { kind: EventTermKind; value: string },
    blocks: readonly number[],
  ): Promise<[number, Uint8Array][]>
  /** The first value of a kind that is not before a text, or that is behind it. */
  nextEventTerm(
    workspaceId: WorkspaceId,
    kind: EventTermKind,
    value: string,
  ): Promise<string | null>
}

export interface LogSpan {
  first: number
  last: number
  /** Up to where events are found by their terms; 0 where none is. */
  entered: number
}

export interface Link {
  id: EventId
  previous: EventId | null
}

export interface TestedLink extends Link {
  passes: boolean
}

export interface LinksWanted {
  above: number
  limit: number
}

/** Ids above the one and below the other. */
export interface Bounds {
  above: number
  below: number
}

export interface Part extends Bounds {
  descending: boolean
  limit: number
}

export interface StretchWanted extends Part {
  test: EventTest
}

export interface BlocksWanted {
  kind: EventTermKind
  value: string
  edge: number
  descending: boolean
  limit: number
}

/** The part of a query that an engine itself can tell; null passes everything. */
export interface EventTest {
  types: readonly string[] | null
  source: string | null
  rule: string | null
  received: Range | null
}
