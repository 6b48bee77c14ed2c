import { useQuery } from '@tanstack/react-query'
import type { DeliveryCount } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DeliveryState } from './delivery-state.tsx'
import { PlaceLink } from './place-link.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
import { Time } from './time.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  dead: ['Dead letters by reason', 'Opgegeven bezorgingen per reden'],
  destination: ['Destination', 'Bestemming'],
  state: ['State', 'Toestand'],
  reason: ['Reason', 'Reden'],
  count: ['Count', 'Aantal'],
  oldest: ['Oldest', 'Oudste'],
  noneDead: ['Nothing was given up on', 'Er is niets opgegeven'],
} as const

/** What was given up on by destination and reason, each a link to what it counts. */
export function DeadLetters() {
  const said = useWords(words)
  const counts = useQuery({
    queryKey: ['deliveries', 'counts', 'dead'],
    queryFn: ({ signal }) => api.countDeliveries({ state: 'dead', signal }),
    refetchInterval: 5_000,
  })
  return (
    <Section title={said.dead}>
      <Loaded
        query={counts}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.noneDead} />}
      >
        {({ data }) => (
          <WideTable
            minWidth={480}
            heads={[said.destination, said.state, said.reason, said.count, said.oldest]}
          >
            {data.map((each) => (
              <tr key={`${each.destination} ${each.state} ${each.reason}`}>
                <td>{each.destination}</td>
                <td>
                  <DeliveryState state={each.state} />
                </td>
                <td>{each.reason}</td>
                <td>
                  <PlaceLink
                    to="/deliveries"
                    search={searchOf(each)}
                    aria-label={`${each.count} ${each.state} ${each.destination} ${each.reason ?? ''}`}
                  >
                    {each.count}
                  </PlaceLink>
                </td>
                <td>
                  <Time at={each.oldest_planned_at} />
                </td>
              </tr>
            ))}
          </WideTable>
        )}
      </Loaded>
    </Section>
  )
}

function searchOf({ state, destination, reason }: DeliveryCount) {
  return { state, destination, ...(reason && { reason }) }
}
