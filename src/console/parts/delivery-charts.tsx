import { Anchor, Group, SimpleGrid, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeliveryCount, Destination } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { deliveryWords } from './delivery-state.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
import { Age } from './time.tsx'

const words = {
  waits: ['Deliveries by destination and state', 'Bezorgingen per bestemming en toestand'],
  none: ['Nothing waits, and nothing was given up on', 'Er wacht niets en niets is opgegeven'],
  oldest: ['the oldest has waited for', 'de oudste wacht al'],
  errors: ['Errors by reason', 'Fouten per reden'],
  noErrors: ['Nothing was given up on', 'Er is niets opgegeven'],
} as const

/**
 * What is not over and what was given up on, as bars, and for what reasons. Both are counted by the
 * server without a look at what is counted, since they are asked for all the time.
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
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Section title={said.waits}>
        <Loaded
          query={destinations}
          isEmpty={({ data }) => data.every((one) => totalOf(one) === 0)}
          empty={<Empty title={said.none} />}
        >
          {({ data }) => <ByDestination destinations={data} />}
        </Loaded>
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

function totalOf({ deliveries }: Destination): number {
  return states.reduce((total, state) => total + deliveries[state], 0)
}

const states = ['dead', 'claimed', 'pending', 'queued'] as const
const colours: { [state: string]: string } = {
  dead: '#e03131',
  claimed: '#7048e8',
  pending: '#f08c00',
  queued: '#868e96',
}

interface Part {
  key: string
  name: string
  colour: string
  count: number
  search: { [name: string]: string }
}

function ByDestination({ destinations }: { destinations: Destination[] }) {
  const said = useWords(words)
  const named = useWords(deliveryWords)
  const rows = destinations
    .map((one) => {
      const { name, deliveries } = one
      const parts = states.flatMap((state): Part[] => {
        const count = deliveries[state]
        const search = { state, destination: name }
        const colour = colours[state] ?? ''
        return count === 0 ? [] : [{ key: state, name: named[state], colour, count, search }]
      })
      return { name, parts, total: totalOf(one), oldest: deliveries.waiting_since }
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
      const colour = place % 2 === 0 ? '#e03131' : '#a61e1e'
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
      <Text fw={600} size="sm">
        {name}
      </Text>
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
      <Group gap="md">
        {parts.map(({ key, name: label, colour, count, search }) => (
          <Group key={key} gap={6}>
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" fill={colour} />
            </svg>
            <Anchor component={Link} to="/deliveries" search={search as never} size="sm">
              {count} {label}
            </Anchor>
          </Group>
        ))}
      </Group>
    </>
  )
}

function sum(counts: DeliveryCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0)
}
