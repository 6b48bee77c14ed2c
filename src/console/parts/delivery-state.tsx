import type { Delivery } from '../../client/client.js'
import { useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'

export const deliveryWords = {
  queued: ['queued', 'in de rij'],
  pending: ['pending', 'wacht'],
  claimed: ['under way', 'bezig'],
  delivered: ['delivered', 'bezorgd'],
  dead: ['dead', 'opgegeven'],
  cancelled: ['cancelled', 'geannuleerd'],
} as const

/** In charts; each state is named beside its colour. */
export const stateColours = {
  queued: '#868e96',
  pending: '#f08c00',
  claimed: '#7048e8',
  delivered: '#2f9e44',
  dead: '#e03131',
  cancelled: '#adb5bd',
} as const

const looks = {
  delivered: 'good',
  dead: 'bad',
} as { readonly [state: string]: 'good' | 'bad' | undefined }

export function DeliveryState({ state }: { state: Delivery['state'] }) {
  const said = useWords(deliveryWords)
  return <Badge looks={looks[state]}>{said[state]}</Badge>
}
