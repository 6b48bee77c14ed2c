import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { EventList } from './event-list.tsx'
import { Empty, Failed, Waiting } from './states.tsx'

const words = {
  none: ['Nothing has happened yet', 'Er is nog niets gebeurd'],
  more: ['Show earlier', 'Toon eerdere'],
} as const

/** Everything that happened to one person, newest first. */
export function Timeline({ id }: { id: number }) {
  const said = useWords(words)
  const pages = useInfiniteQuery({
    queryKey: ['person', id, 'timeline'],
    queryFn: ({ pageParam, signal }) =>
      api.getTimeline({ id, limit: 50, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: 5_000,
  })
  if (pages.isError && !pages.data) return <Failed error={pages.error} retry={pages.refetch} />
  if (!pages.data) return <Waiting />
  const events = pages.data.pages.flatMap(({ data }) => data)
  if (events.length === 0) return <Empty title={said.none} />
  return (
    <>
      <EventList events={events} />
      {pages.hasNextPage && (
        <Button
          variant="default"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          {said.more}
        </Button>
      )}
    </>
  )
}
