import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { RunLine } from './run-line.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'

const words = {
  title: ['Latest runs that waited or failed', 'Laatste uitvoeringen die wachtten of mislukten'],
  none: ['No run of it waited or failed', 'Geen uitvoering wachtte of mislukte'],
} as const

/** The latest runs of a rule; those that neither waited nor failed are told by their events. */
export function SomeRuns({ rule }: { rule: string }) {
  const said = useWords(words)
  const runs = useQuery({
    queryKey: ['runs', rule],
    queryFn: ({ signal }) => api.listRuns({ rule, limit: 20, signal }),
    refetchInterval: 5_000,
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={runs}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none} />}
      >
        {({ data }) => (
          <ol className="plain-list">
            {data.map((run) => (
              <li key={run.id}>
                <RunLine run={run} withPerson />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Section>
  )
}
