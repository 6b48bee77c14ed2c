import { Anchor, Group, SimpleGrid, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { DeliveryCount } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { type EndedCount, endedCounts, endedHours } from '../lib/ended-counts.ts'
import { fill, useWords } from '../lib/words.tsx'
import { deliveryWords, stateColours } from './delivery-state.tsx'
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

/** What waits, what was given up on and what was sent of late, as bars; and errors by reason. */
export function DeliveryCharts() {
  const said = useWords(words)
  const counts = useQuery({
    queryKey: ['deliveries', 'counts', undefined],
    queryFn: ({ signal }) => api.countDeliveries({ signal }),
    refetchInterval: 5_000,
  })
  const ended = useQuery(endedCounts)
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Section title={said.waits}>
        <Loaded query={counts}>
          {({ data }) => (
            <Loaded
              query={ended}
              isEmpty={(over) => over.length + data.length === 0}
              empty={<Empty title={said.none} />}
            >
              {(over) => <ByDestination counts={data} ended={over} />}
            </Loaded>
          )}
        </Loaded>
        <Text size="sm" c="dimmed">
          {fill(said.since, { hours: endedHours })}
        </Text>
      </Section>
      <Section title={said.errors}>
        <Loaded
          query={counts}
          isEmpty={({ data }) => deadOf(data).length === 0}
          empty={<Empty title={said.noErrors} />}
        >
          {({ data }) => <ByReason counts={deadOf(data)} />}
        </Loaded>
      </Section>
    </SimpleGrid>
  )
}

function deadOf(counts: DeliveryCount[]): DeliveryCount[] {
  return counts.filter(({ state }) => state === 'dead')
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
  counts: DeliveryCount[]
  ended: EndedCount[]
}

function ByDestination({ counts, ended }: ByDestinationProps) {
  const said = useWords(words)
  const named = useWords(deliveryWords)
  const all = [...counts, ...ended]
  const rows = [...Map.groupBy(all, ({ destination }) => destination)].map(([name, of]) => {
    const parts = states.flatMap((state): Part[] => {
      const count = sum(of.filter((each) => each.state === state))
      const search = { state, destination: name }
      const colour = stateColours[state]
      return count === 0 ? [] : [{ key: state, name: named[state], colour, count, search }]
    })
    const waiting = counts.filter((each) => each.destination === name && each.state !== 'dead')
    const oldest = waiting.map(({ oldest_planned_at: at }) => at).sort()[0]
    return { name, parts, total: sum(of), oldest }
  })
  const most = Math.max(...rows.map(({ total }) => total))
  return (
    <ul className="plain-list">
      {rows
        .sort((a, b) => b.total - a.total)
        .map(({ name, parts, oldest }) => (
          <li key={name} className="below">
            <Bar name={name} parts={parts} most={most} />
            {oldest !== undefined && (
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

function sum(counts: { count: number }[]): number {
  return counts.reduce((total, { count }) => total + count, 0)
}
