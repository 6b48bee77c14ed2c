import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DeliveryTable } from './delivery-table.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'

const words = {
  title: ['Deliveries', 'Bezorgingen'],
  none: ['Nothing was sent', 'Er is niets verstuurd'],
} as const

/** The latest deliveries of one event or about one person. */
export function SomeDeliveries(of: { event_id?: number; profile_id?: number }) {
  const said = useWords(words)
  const deliveries = useQuery({
    queryKey: ['deliveries', of],
    queryFn: ({ signal }) => api.listDeliveries({ ...of, limit: 20, signal }),
    refetchInterval: 5_000,
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={deliveries}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none} />}
      >
        {({ data }) => <DeliveryTable deliveries={data} />}
      </Loaded>
    </Section>
  )
}
