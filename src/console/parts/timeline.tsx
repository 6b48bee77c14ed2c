import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { Delivery, Event, Run } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DeliveryLine } from './delivery-line.tsx'
import { EventLine } from './event-list.tsx'
import { EventReactions } from './event-reactions.tsx'
import { More } from './more.tsx'
import { RunLine } from './run-line.tsx'
import { Empty, Failed, Loaded } from './states.tsx'
import { UndoMerge } from './undo-merge.tsx'

const words = {
  none: ['Nothing has happened yet', 'Er is nog niets gebeurd'],
  more: ['Show earlier', 'Toon eerdere'],
} as const

/** Of deliveries and of runs the latest so many are in the timeline. */
const followUpsMax = 200

/** Everything that happened to one person and what Roster did about it, newest first. */
export function Timeline({ id }: { id: number }) {
  const said = useWords(words)
  const pages = useInfiniteQuery({
    queryKey: ['person', id, 'timeline'],
    queryFn: ({ pageParam, signal }) =>
      api.getTimeline({ id, limit: 50, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    refetchInterval: 5_000,
  })
  const deliveries = useQuery({
    queryKey: ['deliveries', 'person', id],
    queryFn: ({ signal }) => api.listDeliveries({ profile_id: id, limit: followUpsMax, signal }),
    refetchInterval: 5_000,
  })
  const runs = useQuery({
    queryKey: ['runs', 'person', id],
    queryFn: ({ signal }) => api.listRuns({ profile_id: id, limit: followUpsMax, signal }),
    refetchInterval: 5_000,
  })
  const followUps = [...(deliveries.data?.data ?? []), ...(runs.data?.data ?? [])]
  const failed = [deliveries, runs].filter(({ isError, data }) => isError && !data)
  return (
    <Loaded query={pages}>
      {(events) => {
        const entries = inOrder(events, followUps, pages.hasNextPage)
        return (
          <>
            {failed.map(({ error, refetch }) => (
              <Failed key={error?.message} error={error} retry={refetch} />
            ))}
            {entries.length === 0 && <Empty title={said.none} />}
            <ol className="plain-list">
              {entries.map((entry) => (
                <li key={entry.key}>{entry.line}</li>
              ))}
            </ol>
            <More pages={pages}>{said.more}</More>
          </>
        )
      }}
    </Loaded>
  )
}

/**
 * One list of all, newest first; what followed from an event stands above it. What is older than
 * the events that were read so far waits until those beside it are read too.
 */
function inOrder(events: Event[], followUps: (Delivery | Run)[], isMore: boolean) {
  const oldest = isMore ? (events.at(-1)?.id ?? 0) : 0
  const known = followUps.filter(({ event_id }) => event_id >= oldest)
  return [...events.map(ofEvent), ...known.map(ofFollowUp)].sort(
    (one, other) =>
      other.at.localeCompare(one.at) || other.event - one.event || other.rank - one.rank,
  )
}

function ofEvent(event: Event) {
  const line = (
    <>
      <EventLine event={event} withPerson={false} />
      {event.type === 'profile.merged' && <UndoMerge event={event} />}
      <EventReactions id={event.id} />
    </>
  )
  return { key: `event ${event.id}`, at: event.received_at, event: event.id, rank: 0, line }
}

function ofFollowUp(one: Delivery | Run) {
  const of = { event: one.event_id, rank: 1 }
  return 'steps' in one
    ? { ...of, key: `run ${one.id}`, at: one.began_at, line: <RunLine run={one} /> }
    : {
        ...of,
        key: `delivery ${one.id}`,
        at: one.planned_at,
        line: <DeliveryLine delivery={one} />,
      }
}
