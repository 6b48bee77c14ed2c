import type { Delivery } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { DeliveryState } from './delivery-state.tsx'
import { PlaceLink } from './place-link.tsx'
import { Time } from './time.tsx'

const words = {
  one: ['Delivery {id}', 'Bezorging {id}'],
  to: ['to {destination}, by rule {rule}', 'naar {destination}, door regel {rule}'],
} as const

/** A delivery on one line, for where there is no room for a table. */
export function DeliveryLine({ delivery }: { delivery: Delivery }) {
  const said = useWords(words)
  return (
    <div className="entry row">
      <span className="small dim">
        <Time at={delivery.planned_at} />
      </span>
      <PlaceLink to={`/deliveries/${delivery.id}`} className="strong">
        {fill(said.one, { ...delivery })}
      </PlaceLink>
      <DeliveryState state={delivery.state} />
      <span className="small dim">{fill(said.to, { ...delivery })}</span>
      {delivery.reason !== null && <span className="small">{delivery.reason}</span>}
    </div>
  )
}
