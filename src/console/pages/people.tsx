import { Anchor, Badge, Group, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { Profile } from '../../client/client.js'
import { findPeople } from '../lib/find-people.ts'
import { nameOf } from '../lib/name-of.ts'
import { useWords } from '../lib/words.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'
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
  const [asked] = useDebouncedValue(q, 150)
  const people = useQuery({
    queryKey: ['people', asked],
    queryFn: ({ signal }) => findPeople(asked, signal),
    placeholderData: keepPreviousData,
  })
  const search = (text: string) => {
    void navigate({ to: '/people', search: text === '' ? {} : { q: text }, replace: true })
  }
  return (
    <Page title={said.title}>
      <TextInput
        type="search"
        label={said.search}
        description={said.hint}
        value={q}
        onChange={(event) => search(event.currentTarget.value)}
        autoFocus
      />
      <Loaded
        query={people}
        isEmpty={(found) => found.length === 0}
        empty={
          asked === '' ? (
            <Empty title={said.nobody}>
              <Anchor component={Link} to="/">
                {said.first}
              </Anchor>
            </Empty>
          ) : (
            <Empty title={said.none}>{said.noneHint}</Empty>
          )
        }
      >
        {(found) => <PeopleTable people={found} />}
      </Loaded>
    </Page>
  )
}

function PeopleTable({ people }: { people: Profile[] }) {
  const said = useWords(words)
  return (
    <WideTable minWidth={560} heads={[said.name, said.identifiers, said.tags, said.updated]}>
      {people.map((person) => (
        <Table.Tr key={person.id}>
          <Table.Td>
            <Anchor component={Link} to={`/people/${person.id}`}>
              {nameOf(person)}
            </Anchor>
          </Table.Td>
          <Table.Td>
            {person.identifiers.map(({ kind, value }) => (
              <Text key={kind} size="sm">
                <Text span c="dimmed" size="sm">
                  {kind}
                </Text>{' '}
                {value}
              </Text>
            ))}
          </Table.Td>
          <Table.Td>
            <Group gap={4}>
              {person.tags.map((tag) => (
                <Badge key={tag} variant="default" tt="none">
                  {tag}
                </Badge>
              ))}
            </Group>
          </Table.Td>
          <Table.Td>
            <Time at={person.updated_at} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}
