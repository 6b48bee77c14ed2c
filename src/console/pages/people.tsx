import { useNavigate, useSearch } from '@tanstack/react-router'
import type { Profile } from '../../client/client.js'
import { nameOf } from '../lib/name-of.ts'
import { usePeople } from '../lib/use-people.ts'
import { useWords } from '../lib/words.tsx'
import { Badge } from '../parts/badge.tsx'
import { NamesUnknown } from '../parts/names-unknown.tsx'
import { Page } from '../parts/page.tsx'
import { PlaceLink } from '../parts/place-link.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
import { TypedField } from '../parts/typed-field.tsx'
import { WideTable } from '../parts/wide-table.tsx'

const words = {
  title: ['People', 'Personen'],
  search: ['Search', 'Zoeken'],
  hint: [
    'A name, e-mail address, user id or phone number; kind:value, attribute=value or #id',
    'Een naam, e-mailadres, gebruikers-id of telefoonnummer; soort:waarde, attribuut=waarde of #id',
  ],
  name: ['Name', 'Naam'],
  identifiers: ['Identifiers', 'Kenmerken'],
  tags: ['Tags', 'Labels'],
  updated: ['Updated', 'Bijgewerkt'],
  none: ['Nobody is found', 'Niemand gevonden'],
  noneHint: [
    'What is typed is compared from the beginning of a name or an identifier. An attribute is compared whole.',
    'Wat je typt wordt vergeleken met het begin van een naam of kenmerk. Een attribuut moet helemaal gelijk zijn.',
  ],
  nobody: ['There is nobody yet', 'Er is nog niemand'],
  first: ['Send a first event', 'Stuur een eerste gebeurtenis'],
} as const

export function People() {
  const said = useWords(words)
  const { q = '' } = useSearch({ strict: false })
  const navigate = useNavigate()
  const search = (text: string) => {
    void navigate({ to: '/people', search: text === '' ? {} : { q: text }, replace: true })
  }
  const { people, names } = usePeople(q)
  return (
    <Page title={said.title}>
      <TypedField
        type="search"
        label={said.search}
        description={said.hint}
        value={q}
        onChange={search}
        autoFocus
      />
      {names === 'unknown' && <NamesUnknown />}
      <Loaded
        query={people}
        isEmpty={(found) => found.length === 0}
        empty={q === '' ? <Nobody /> : <Empty title={said.none}>{said.noneHint}</Empty>}
      >
        {(found) => <PeopleTable people={found} />}
      </Loaded>
    </Page>
  )
}

function Nobody() {
  const said = useWords(words)
  return (
    <Empty title={said.nobody}>
      <PlaceLink to="/">{said.first}</PlaceLink>
    </Empty>
  )
}

function PeopleTable({ people }: { people: Profile[] }) {
  const said = useWords(words)
  return (
    <WideTable minWidth={560} heads={[said.name, said.identifiers, said.tags, said.updated]}>
      {people.map((person) => (
        <tr key={person.id}>
          <td>
            <PlaceLink to={`/people/${person.id}`}>{nameOf(person)}</PlaceLink>
          </td>
          <td>
            {person.identifiers.map(({ kind, value }) => (
              <div key={kind}>
                <span className="dim">{kind}</span> {value}
              </div>
            ))}
          </td>
          <td>
            <div className="row">
              {person.tags.map((tag) => (
                <Badge key={tag}>{tag}</Badge>
              ))}
            </div>
          </td>
          <td>
            <Time at={person.updated_at} />
          </td>
        </tr>
      ))}
    </WideTable>
  )
}
