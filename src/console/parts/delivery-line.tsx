import { Anchor, Group, Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Delivery } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { DeliveryState } from './delivery-state.tsx'
import { Time } from './time.tsx'

const words = {
  one: ['Delivery {id}', 'Bezorging {id}'],
  to: ['to {destination}, by rule {rule}', 'naar {destination}, door regel {rule}'],
} as const

/** A delivery on one line, for where there is no room for a table. */
export function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const said = useWords(words)
  return (
    <Group gap="xs" py="xs" className="line">
      <Text size="sm" c="dimmed">
        <Time at={delivery.planned_at} />
      </Text>
      <Anchor component={Link} to={`/deliveries/${delivery.id}`} fw={600}>
        {fill(said.one, { ...delivery })}
      </Anchor>
      <DeliveryState state={delivery.state} />
      <Text size="sm" c="dimmed">
        {fill(said.to, { ...delivery })}
      </Text>
      {delivery.reason !== null && <Text size="sm">{delivery.reason}</Text>}
    </Group>
  )
}
