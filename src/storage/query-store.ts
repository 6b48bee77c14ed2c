import type { Event } from '../core/event.ts'
import type { EventPage, EventQuery } from '../core/event-query.ts'
import type { IngestWarning } from '../core/ingest-warnings.ts'
import type { EventId, Identifier, WorkspaceId } from '../core/profile.ts'
import type { ProfileIdPage, ProfilePage, ProfileQuery } from '../core/profile-query.ts'

/**
 * Questions about many profiles or events at once. They are answered in pages, each as of a moment
 * during the call; an answer that was given to `apply` before the call is seen.
 *
 * What no index leads to is found by reading on in the order of ids, as long as the budget lasts.
 */
export interface QueryStore {
  /**
   * Lists profiles. An index is used for `ids`, identifiers and their beginnings, phone numbers,
   * tags, times of creation, beginnings of shown names, and `is` or `one_of` on attributes that the
   * workspace's `indexedAttributes` names. By id, a page by
   * offset costs the same wherever it begins, and the total no reading, for everybody and for
   * conditions of nothing but tags and indexed values; elsewhere what is skipped or counted is
   * read.
   *
   * @throws Fault `query_timeout`, naming what has no index, when the budget is used up;
   *   `invalid_field` for a filter, cursor or page that cannot be.
   */
  queryProfiles(workspaceId: WorkspaceId, query: ProfileQuery): Promise<ProfilePage>

  /**
   * The same list of nothing but ids, in longer pages: nobody is read whom an index alone tells to
   * be meant.
   */
  queryProfileIds(workspaceId: WorkspaceId, query: ProfileQuery): Promise<ProfileIdPage>

  /**
   * Lists events, newest first unless asked otherwise. A person's own are found by their chain,
   * those that an event caused by an index, and types, sources and rules by what they are entered
   * under (see `rollUpEvents`); the rest is read on from `before` or `after`.
   *
   * @throws Fault `query_timeout` when the budget is used up; `invalid_field` for an empty type or
   *   a limit that cannot be.
   */
  queryEvents(workspaceId: WorkspaceId, query: EventQuery): Promise<EventPage>

  /**
   * Enters the profiles there are into indexes that settings have asked for since, and takes out
   * what settings no longer name; in batches that hold nobody up, until nothing is left to do. An
   * index is used once it is complete. It goes on where it was interrupted, by `stop` too.
   */
  fillIndexes(stop?: AbortSignal): Promise<{ profiles: number }>
}

/** What is followed of the log by its links and by the identifiers that events named. */
export interface LogStore {
  /** An event and those before it about the same profile, newest first, at most `limit`. */
  readChain(workspaceId: WorkspaceId, from: EventId, limit: number): Promise<Event[]>

  /**
   * Ids of events that named this identifier without being about somebody who held it, in id order,
   * at most `limit`. However many events there are about people who hold it, they are not read.
   * What spelled the number of the very profile that an event is about (`Decided.spelled`) is left
   * out.
   */
  looseEventsNaming(
    workspaceId: WorkspaceId,
    identifier: Identifier,
    limit: number,
  ): Promise<EventId[]>

  /**
   * What was amiss with what came in since `since`, the latest first; as far as events are counted
   * (see `rollUpEvents`), at most 1,000.
   */
  listWarnings(workspaceId: WorkspaceId, since: number): Promise<IngestWarning[]>

  /** Ids of events that named this identifier, in id order, at most `limit`. */
  eventsNaming(workspaceId: WorkspaceId, identifier: Identifier, limit: number): Promise<EventId[]>
}
