import { useInfiniteQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { More } from './more.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
import { Time } from './time.tsx'
import { ValueTable } from './value-table.tsx'

const words = {
  title: ['Companies', 'Bedrijven'],
  none: ['No companies', 'Geen bedrijven'],
  since: ['member since', 'lid sinds'],
  more: ['Show more', 'Toon meer'],
} as const

type CompanyOf = Awaited<ReturnType<typeof api.listCompaniesOf>>['data'][number]

/** Where a person belongs, and since when. */
export function PersonCompanies({ id }: { id: number }) {
  const said = useWords(words)
  const pages = useInfiniteQuery({
    queryKey: ['person', id, 'companies'],
    queryFn: ({ pageParam, signal }) =>
      api.listCompaniesOf({ id, limit: 20, signal, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={pages}
        isEmpty={(found) => found.length === 0}
        empty={<Empty title={said.none} />}
      >
        {(found) => (
          <ul className="plain-list">
            {found.map((company) => (
              <li key={company.id} className="entry">
                <Company company={company} />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <More pages={pages}>{said.more}</More>
    </Section>
  )
}

function Company({ company }: { company: CompanyOf }) {
  const said = useWords(words)
  const attributes = Object.entries(company.attributes)
  return (
    <>
      <div className="row">
        <span className="strong">{company.name ?? company.custom_id ?? `#${company.id}`}</span>
        {company.custom_id !== null && company.name !== null && (
          <span className="small dim">{company.custom_id}</span>
        )}
        {company.tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
        <span className="small dim">
          {said.since} <Time at={company.member_since} />
        </span>
      </div>
      {attributes.length > 0 && <ValueTable rows={attributes} />}
    </>
  )
}
