import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DeliveryLine } from './delivery-line.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'

const words = {
  title: ['Deliveries', 'Bezorgingen'],
  none: ['Nothing was sent', 'Er is niets verstuurd'],
} as const

/** The latest deliveries that came of one event. */
export function SomeDeliveries({ event_id }: { event_id: number }) {
  const said = useWords(words)
  const deliveries = useQuery({
    queryKey: ['deliveries', 'event', event_id],
    queryFn: ({ signal }) => api.listDeliveries({ event_id, limit: 20, signal }),
    refetchInterval: 5_000,
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={deliveries}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none} />}
      >
        {({ data }) => (
          <ol className="plain-list">
            {data.map((delivery) => (
              <li key={delivery.id}>
                <DeliveryLine delivery={delivery} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Section>
  )
}
