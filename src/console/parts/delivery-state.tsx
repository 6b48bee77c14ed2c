import { Badge } from '@mantine/core'
import type { Delivery } from '../../client/client.js'
import { useWords } from '../lib/words.tsx'

export const deliveryWords = {
  queued: ['queued', 'in de rij'],
  pending: ['pending', 'wacht'],
  claimed: ['under way', 'bezig'],
  delivered: ['delivered', 'bezorgd'],
  dead: ['dead', 'opgegeven'],
  cancelled: ['cancelled', 'geannuleerd'],
} as const

const colours = {
  delivered: 'teal.9',
  dead: 'red.9',
} as { readonly [state: string]: string | undefined }

export function DeliveryState({ state }: { state: Delivery['state'] }) {
  const said = useWords(deliveryWords)
  const colour = colours[state]
  return (
    <Badge variant={colour ? 'filled' : 'default'} color={colour} tt="none" miw="max-content">
      {said[state]}
    </Badge>
  )
}
