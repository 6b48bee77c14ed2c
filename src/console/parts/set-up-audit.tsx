import { Code } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { More } from './more.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
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
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={pages}
        isEmpty={(entries) => entries.length === 0}
        empty={<Empty title={said.none} />}
      >
        {(entries) => (
          <WideTable
            minWidth={900}
            heads={[said.at, said.by, said.action, said.target, said.details]}
          >
            {entries.map(({ id, at, by, action, target, details }) => (
              <tr key={id}>
                <td className="whole">
                  <Time at={at} />
                </td>
                <td className="whole">
                  {by.via} {by.name}
                </td>
                <td className="whole">{action}</td>
                <td>{target}</td>
                <td>
                  <Code className="code">{JSON.stringify(details)}</Code>
                </td>
              </tr>
            ))}
          </WideTable>
        )}
      </Loaded>
      <More pages={pages}>{said.more}</More>
    </Section>
  )
}
