import { Group, Select, Stack } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Delivery } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { DeadLetters } from '../parts/dead-letters.tsx'
import { deliveryWords } from '../parts/delivery-state.tsx'
import { DeliveryTable } from '../parts/delivery-table.tsx'
import { More } from '../parts/more.tsx'
import { type Filter, MoveMany } from '../parts/move-many.tsx'
import { Page } from '../parts/page.tsx'
import { Section } from '../parts/section.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { TypedField } from '../parts/typed-field.tsx'

const words = {
  title: ['Deliveries', 'Bezorgingen'],
  state: ['State', 'Toestand'],
  every: ['every', 'alle'],
  destination: ['Destination', 'Bestemming'],
  rule: ['Rule', 'Regel'],
  reason: ['Reason', 'Reden'],
  person: ['Person', 'Persoon'],
  list: ['Newest first', 'Nieuwste eerst'],
  more: ['Show earlier', 'Toon eerdere'],
  none: ['No deliveries', 'Geen bezorgingen'],
  noneHint: [
    'A rule with a step that calls a destination plans them.',
    'Een regel met een stap die een bestemming aanroept, maakt ze.',
  ],
} as const

const states = ['queued', 'pending', 'claimed', 'delivered', 'dead', 'cancelled'] as const
const fields = ['destination', 'rule', 'reason', 'person'] as const

export function Deliveries() {
  const said = useWords(words)
  const named = useWords(deliveryWords)
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const filter = filterOf(search)
  const pages = useInfiniteQuery({
    queryKey: ['deliveries', 'list', filter],
    queryFn: ({ pageParam, signal }) =>
      api.listDeliveries({
        ...(filter as { state?: Delivery['state'] }),
        limit: 50,
        signal,
        ...(pageParam && { cursor: pageParam }),
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    refetchInterval: 5_000,
  })
  const change = (name: string, value: string) => {
    const { [name]: _, ...rest } = search as { [name: string]: string }
    const next = value === '' ? rest : { ...rest, [name]: value }
    void navigate({ to: '/deliveries', search: next, replace: true })
  }
  const found = pages.data
  return (
    <Page title={said.title} actions={found && found.length > 0 && <MoveMany filter={filter} />}>
      <Group align="flex-end">
        <Select
          label={said.state}
          w={150}
          allowDeselect={false}
          value={search.state ?? ''}
          data={[
            { value: '', label: said.every },
            ...states.map((value) => ({ value, label: named[value] })),
          ]}
          onChange={(to) => change('state', to ?? '')}
        />
        {fields.map((name) => (
          <TypedField
            key={name}
            label={said[name]}
            w={150}
            value={search[name] ?? ''}
            onChange={(text) => change(name, text)}
          />
        ))}
      </Group>
      <DeadLetters />
      <Section title={said.list}>
        <Loaded
          query={pages}
          isEmpty={(list) => list.length === 0}
          empty={
            <Empty title={said.none}>{Object.keys(filter).length === 0 && said.noneHint}</Empty>
          }
        >
          {(list) => (
            <Stack>
              <DeliveryTable deliveries={list} />
              <More pages={pages}>{said.more}</More>
            </Stack>
          )}
        </Loaded>
      </Section>
    </Page>
  )
}

function filterOf(asked: { [name: string]: string | undefined }): Filter {
  const { person, ...rest } = asked
  const known = ['state', 'destination', 'rule', 'reason']
  const given = Object.entries(rest).filter(([name, text]) => known.includes(name) && text)
  const id = Number(person?.replace(/\D/g, ''))
  return { ...Object.fromEntries(given), ...(id > 0 && { profile_id: id }) }
}
