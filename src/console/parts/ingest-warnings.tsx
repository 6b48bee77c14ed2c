import { Alert, List } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { IngestWarning } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { PlaceLink } from './place-link.tsx'
import { Time } from './time.tsx'

const words = {
  title: ['Worth knowing of what comes in', 'Goed om te weten van wat binnenkomt'],
  no_time_or_key: [
    '{count} events came with neither a time nor a key: one that is sent again counts twice, and one that is late counts as new',
    '{count} gebeurtenissen kwamen zonder tijd en zonder sleutel: wat opnieuw wordt gestuurd telt dubbel, en wat laat is telt als nieuw',
  ],
  time_ahead: [
    '{count} events say times that have not come yet: a clock is ahead',
    '{count} gebeurtenissen noemen tijden die nog moeten komen: een klok loopt voor',
  ],
  time_long_ago: [
    '{count} events say times of more than 30 days ago',
    '{count} gebeurtenissen noemen tijden van meer dan 30 dagen geleden',
  ],
  dropped: [
    'of {count} events something was not stored: {reason}',
    'van {count} gebeurtenissen is iets niet bewaard: {reason}',
  ],
  example: ['the latest is {id}, by {source}', 'de laatste is {id}, van {source}'],
} as const

const shownMax = 5

/** What was amiss with what came in lately; nothing where nothing was. */
export function IngestWarnings() {
  const said = useWords(words)
  const warnings = useQuery({
    queryKey: ['warnings'],
    queryFn: ({ signal }) => api.listWarnings({ signal }),
    refetchInterval: 30_000,
  })
  const found = warnings.data?.data ?? []
  if (found.length === 0) return null
  return (
    <Alert color="gray" variant="outline" role="status" title={said.title}>
      <List size="sm">
        {found.slice(0, shownMax).map((each) => (
          <List.Item key={`${each.kind} ${each.token} ${each.source}`}>
            <Warning of={each} />
          </List.Item>
        ))}
      </List>
    </Alert>
  )
}

function Warning({ of }: { of: IngestWarning }) {
  const said = useWords(words)
  const { kind, count, source, token, event_id: id, last_at } = of
  const known: { [kind: string]: string } = said
  const reason = kind.replace(/^dropped_/, '')
  const by = token === null ? source : `${source} ${token}`
  return (
    <>
      {fill(known[kind] ?? said.dropped, { count, reason })};{' '}
      <PlaceLink to={`/events/${id}`}>{fill(said.example, { id, source: by })}</PlaceLink>{' '}
      <Time at={last_at} />
    </>
  )
}
