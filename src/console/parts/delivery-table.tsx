import { Anchor, Table } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Delivery } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { DeliveryState } from './delivery-state.tsx'
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
        <Table.Tr key={delivery.id}>
          <Table.Td>
            <Anchor
              component={Link}
              to={`/deliveries/${delivery.id}`}
              aria-label={fill(said.one, delivery)}
            >
              {delivery.id}
            </Anchor>
          </Table.Td>
          <Table.Td>
            <DeliveryState state={delivery.state} />
          </Table.Td>
          <Table.Td>{delivery.reason}</Table.Td>
          <Table.Td>{delivery.destination}</Table.Td>
          <Table.Td>{delivery.rule}</Table.Td>
          <Table.Td>
            {delivery.profile_id !== null && (
              <Anchor component={Link} to={`/people/${delivery.profile_id}`}>
                #{delivery.profile_id}
              </Anchor>
            )}
          </Table.Td>
          <Table.Td>{delivery.attempt_count}</Table.Td>
          <Table.Td>
            <Time at={delivery.planned_at} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}
