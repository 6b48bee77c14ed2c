import { SimpleGrid, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DeliveryCount, Destination } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { type EndedCount, endedCounts, endedHours } from '../lib/ended-counts.ts'
import { fill, useWords } from '../lib/words.tsx'
import { deliveryWords, stateColours } from './delivery-state.tsx'
import { PlaceLink } from './place-link.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
import { Age } from './time.tsx'

const words = {
  waits: ['Deliveries by destination and state', 'Bezorgingen per bestemming en toestand'],
  since: [
    'Delivered and cancelled: those of the last {hours} hours. The others: all there are.',
    'Bezorgd en geannuleerd: van de laatste {hours} uur. De andere: alle die er zijn.',
  ],
  none: [
    'Nothing waits, nothing was given up on, and nothing was sent of late',
    'Er wacht niets, niets is opgegeven en er is de laatste tijd niets verstuurd',
  ],
  oldest: ['the oldest has waited for', 'de oudste wacht al'],
  errors: ['Errors by reason', 'Fouten per reden'],
  noErrors: ['Nothing was given up on', 'Er is niets opgegeven'],
} as const

/**
 * What waits, what was given up on and what was sent of late, as bars; and errors by reason. All
 * are counted by the server without a look at what is counted, since they are asked for all the
 * time.
 */
export function DeliveryCharts() {
  const said = useWords(words)
  const destinations = useQuery({
    queryKey: ['destinations'],
    queryFn: ({ signal }) => api.listDestinations({ signal }),
    refetchInterval: 5_000,
  })
  const dead = useQuery({
    queryKey: ['deliveries', 'counts', 'dead'],
    queryFn: ({ signal }) => api.countDeliveries({ state: 'dead', signal }),
    refetchInterval: 5_000,
  })
  const ended = useQuery(endedCounts)
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Section title={said.waits}>
        <Loaded query={destinations}>
          {({ data }) => (
            <Loaded
              query={ended}
              isEmpty={(over) => over.length === 0 && data.every((one) => waitingOf(one) === 0)}
              empty={<Empty title={said.none} />}
            >
              {(over) => <ByDestination destinations={data} ended={over} />}
            </Loaded>
          )}
        </Loaded>
        <Text size="sm" c="dimmed">
          {fill(said.since, { hours: endedHours })}
        </Text>
      </Section>
      <Section title={said.errors}>
        <Loaded
          query={dead}
          isEmpty={({ data }) => data.length === 0}
          empty={<Empty title={said.noErrors} />}
        >
          {({ data }) => <ByReason counts={data} />}
        </Loaded>
      </Section>
    </SimpleGrid>
  )
}

function waitingOf({ deliveries }: Destination): number {
  return deliveries.queued + deliveries.pending + deliveries.claimed + deliveries.dead
}

const states = ['dead', 'claimed', 'pending', 'queued', 'cancelled', 'delivered'] as const

interface Part {
  key: string
  name: string
  colour: string
  count: number
  search: { [name: string]: string }
}

interface ByDestinationProps {
  destinations: Destination[]
  ended: EndedCount[]
}

function ByDestination({ destinations, ended }: ByDestinationProps) {
  const said = useWords(words)
  const named = useWords(deliveryWords)
  const rows = destinations
    .map(({ name, deliveries }) => {
      const over = ended.filter(({ destination }) => destination === name)
      const parts = states.flatMap((state): Part[] => {
        const isOver = state === 'delivered' || state === 'cancelled'
        const of = over.filter((each) => each.state === state)
        const count = isOver ? sum(of) : deliveries[state]
        const search = { state, destination: name }
        const colour = stateColours[state]
        return count === 0 ? [] : [{ key: state, name: named[state], colour, count, search }]
      })
      return { name, parts, total: sum(parts), oldest: deliveries.waiting_since }
    })
    .filter(({ total }) => total > 0)
  const most = Math.max(...rows.map(({ total }) => total))
  return (
    <ul className="plain-list">
      {rows
        .sort((a, b) => b.total - a.total)
        .map(({ name, parts, oldest }) => (
          <li key={name} className="below">
            <Bar name={name} parts={parts} most={most} />
            {oldest !== null && (
              <Text size="sm" c="dimmed">
                {said.oldest} <Age at={oldest} />
              </Text>
            )}
          </li>
        ))}
    </ul>
  )
}

function ByReason({ counts }: { counts: DeliveryCount[] }) {
  const rows = [...Map.groupBy(counts, ({ reason }) => reason ?? '—')].map(([reason, of]) => {
    const parts = of.map(({ destination, count }, place): Part => {
      const search = { state: 'dead', destination, reason }
      const colour = place % 2 === 0 ? stateColours.dead : '#a61e1e'
      return { key: destination, name: destination, colour, count, search }
    })
    return { reason, parts, total: sum(of) }
  })
  const most = Math.max(...rows.map(({ total }) => total))
  return (
    <ul className="plain-list">
      {rows
        .sort((a, b) => b.total - a.total)
        .map(({ reason, parts }) => (
          <li key={reason} className="below">
            <Bar name={reason} parts={parts} most={most} />
          </li>
        ))}
    </ul>
  )
}

/** A bar of parts, each told by its name and number below it and a link to what it counts. */
function Bar({ name, parts, most }: { name: string; parts: Part[]; most: number }) {
  let left = 0
  return (
    <>
      <div className="small strong">{name}</div>
      <svg
        viewBox="0 0 100 6"
        width="100%"
        height="14"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {parts.map(({ key, colour, count }) => {
          const width = Math.max(0.6, (count / most) * 100)
          const from = left
          left += width
          return <rect key={key} x={from} y="0" width={width} height="6" fill={colour} />
        })}
      </svg>
      <div className="row">
        {parts.map(({ key, name: label, colour, count, search }) => (
          <span key={key} className="key">
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" fill={colour} />
            </svg>
            <PlaceLink to="/deliveries" search={search} className="small">
              {count} {label}
            </PlaceLink>
          </span>
        ))}
      </div>
    </>
  )
}

function sum(counts: { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0)
}
