import { Code, Table } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { More } from './more.tsx'
import { Section } from './section.tsx'
import { Empty, Failed, Waiting } from './states.tsx'
import { Time } from './time.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  title: ['What operators changed', 'Wat beheerders wijzigden'],
  at: ['When', 'Wanneer'],
  by: ['By', 'Door'],
  action: ['What', 'Wat'],
  target: ['Of', 'Van'],
  details: ['Details', 'Details'],
  none: ['Nothing was changed yet', 'Er is nog niets gewijzigd'],
  more: ['Show earlier', 'Toon eerdere'],
} as const

export function SetUpAudit() {
  const said = useWords(words)
  const pages = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam, signal }) =>
      api.listAudit({ limit: 50, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
  })
  const entries = pages.data?.pages.flatMap(({ data }) => data)
  return (
    <Section title={said.title}>
      {pages.isError && <Failed error={pages.error} retry={pages.refetch} />}
      {pages.isPending && <Waiting />}
      {entries?.length === 0 && <Empty title={said.none} />}
      {entries && entries.length > 0 && (
        <WideTable
          minWidth={900}
          heads={[said.at, said.by, said.action, said.target, said.details]}
        >
          {entries.map(({ id, at, by, action, target, details }) => (
            <Table.Tr key={id}>
              <Table.Td className="whole">
                <Time at={at} />
              </Table.Td>
              <Table.Td className="whole">
                {by.via} {by.name}
              </Table.Td>
              <Table.Td className="whole">{action}</Table.Td>
              <Table.Td miw={140}>{target}</Table.Td>
              <Table.Td>
                <Code className="code">{JSON.stringify(details)}</Code>
              </Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      )}
      <More pages={pages}>{said.more}</More>
    </Section>
  )
}
