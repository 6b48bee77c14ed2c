import { Badge, Group, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { More } from './more.tsx'
import { Section } from './section.tsx'
import { Empty, Failed, Waiting } from './states.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

const words = {
  title: ['Companies', 'Bedrijven'],
  none: ['No companies', 'Geen bedrijven'],
  since: ['member since', 'lid sinds'],
  more: ['Show more', 'Toon meer'],
} as const

/** Where a person belongs, and since when. */
export function PersonCompanies({ id }: { id: number }) {
  const said = useWords(words)
  const pages = useInfiniteQuery({
    queryKey: ['person', id, 'companies'],
    queryFn: ({ pageParam, signal }) =>
      api.listCompaniesOf({ id, limit: 20, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  })
  const found = pages.data?.pages.flatMap(({ data }) => data)
  return (
    <Section title={said.title}>
      {pages.isError && !found && <Failed error={pages.error} retry={pages.refetch} />}
      {pages.isPending && <Waiting />}
      {found?.length === 0 && <Empty title={said.none} />}
      <ul className="plain-list">
        {found?.map((company) => (
          <li key={company.id} className="line below">
            <Group gap="xs" mt="xs">
              <Text fw={600}>{company.name ?? company.custom_id ?? `#${company.id}`}</Text>
              {company.custom_id !== null && company.name !== null && (
                <Text size="sm" c="dimmed">
                  {company.custom_id}
                </Text>
              )}
              {company.tags.map((tag) => (
                <Badge key={tag} variant="default" tt="none">
                  {tag}
                </Badge>
              ))}
              <Text size="sm" c="dimmed">
                {said.since} <Time at={company.member_since} />
              </Text>
            </Group>
            <Table>
              <Table.Tbody>
                {Object.entries(company.attributes).map(([name, value]) => (
                  <Table.Tr key={name}>
                    <Table.Th scope="row">{name}</Table.Th>
                    <Table.Td>
                      <Value value={value} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </li>
        ))}
      </ul>
      <More pages={pages}>{said.more}</More>
    </Section>
  )
}
