import { Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DestinationCard } from '../parts/destination-card.tsx'
import { EditDestination } from '../parts/edit-destination.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'

const words = {
  title: ['Destinations', 'Bestemmingen'],
  add: ['New destination', 'Nieuwe bestemming'],
  none: ['There are no destinations', 'Er zijn geen bestemmingen'],
  noneHint: [
    'A destination is a named address that rules send to.',
    'Een bestemming is een adres met een naam waar regels naartoe sturen.',
  ],
} as const

export function Destinations() {
  const said = useWords(words)
  const [isAdding, setAdding] = useState(false)
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: ({ signal }) => api.listDestinations({ signal }),
    refetchInterval: 3_000,
  })
  const add = <Button onClick={() => setAdding(true)}>{said.add}</Button>
  return (
    <Page title={said.title} actions={add}>
      <Loaded
        query={destinations}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none}>{said.noneHint}</Empty>}
      >
        {({ data }) => (
          <Stack>
            {data.map((destination) => (
              <DestinationCard key={destination.name} destination={destination} />
            ))}
          </Stack>
        )}
      </Loaded>
      {isAdding && <EditDestination stored={null} onClose={() => setAdding(false)} />}
    </Page>
  )
}
