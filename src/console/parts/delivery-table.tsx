import type { Delivery } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { DeliveryState } from './delivery-state.tsx'
import { PlaceLink } from './place-link.tsx'
import { Time } from './time.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  id: ['Delivery', 'Bezorging'],
  state: ['State', 'Toestand'],
  destination: ['Destination', 'Bestemming'],
  rule: ['Rule', 'Regel'],
  person: ['Person', 'Persoon'],
  attempts: ['Attempts', 'Pogingen'],
  reason: ['Reason', 'Reden'],
  planned: ['Planned', 'Gepland'],
  one: ['Delivery {id}', 'Bezorging {id}'],
} as const

export function DeliveryTable({ deliveries }: { deliveries: Delivery[] }) {
  const said = useWords(words)
  return (
    <WideTable
      minWidth={720}
      heads={[
        said.id,
        said.state,
        said.reason,
        said.destination,
        said.rule,
        said.person,
        said.attempts,
        said.planned,
      ]}
    >
      {deliveries.map((delivery) => (
        <tr key={delivery.id}>
          <td>
            <PlaceLink to={`/deliveries/${delivery.id}`} aria-label={fill(said.one, delivery)}>
              {delivery.id}
            </PlaceLink>
          </td>
          <td>
            <DeliveryState state={delivery.state} />
          </td>
          <td>{delivery.reason}</td>
          <td>{delivery.destination}</td>
          <td>{delivery.rule}</td>
          <td>
            {delivery.profile_id !== null && (
              <PlaceLink to={`/people/${delivery.profile_id}`}>#{delivery.profile_id}</PlaceLink>
            )}
          </td>
          <td>{delivery.attempt_count}</td>
          <td>
            <Time at={delivery.planned_at} />
          </td>
        </tr>
      ))}
    </WideTable>
  )
}
