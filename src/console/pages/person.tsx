import { Anchor, Badge, Grid, Group, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { nameOf } from '../lib/name-of.ts'
import { fill, useWords } from '../lib/words.tsx'
import { ErasePerson } from '../parts/erase-person.tsx'
import { MergePerson } from '../parts/merge-person.tsx'
import { Page } from '../parts/page.tsx'
import { PersonAttributes } from '../parts/person-attributes.tsx'
import { PersonCompanies } from '../parts/person-companies.tsx'
import { PersonTags } from '../parts/person-tags.tsx'
import { RemovePerson } from '../parts/remove-person.tsx'
import { Section } from '../parts/section.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { Timeline } from '../parts/timeline.tsx'

const words = {
  title: ['Person', 'Persoon'],
  identifiers: ['Identifiers', 'Kenmerken'],
  noIdentifiers: ['No identifiers', 'Geen kenmerken'],
  subscriptions: ['Subscriptions', 'Abonnementen'],
  subscribed: ['{channel}: subscribed', '{channel}: aangemeld'],
  unsubscribed: ['{channel}: unsubscribed', '{channel}: afgemeld'],
  timeline: ['Timeline', 'Tijdlijn'],
  deliveries: ['Only deliveries', 'Alleen bezorgingen'],
} as const

export function Person() {
  const said = useWords(words)
  const { id } = useParams({ strict: false })
  const person = useQuery({
    queryKey: ['person', Number(id)],
    queryFn: ({ signal }) => api.getProfile({ id: Number(id), signal }),
    refetchInterval: 5_000,
  })
  const title = person.data ? nameOf(person.data) : said.title
  const actions = person.data && (
    <Group>
      <MergePerson profile={person.data} />
      <RemovePerson profile={person.data} />
      <ErasePerson profile={person.data} />
    </Group>
  )
  return (
    <Page title={title} actions={actions}>
      <Loaded query={person}>{(profile) => <PersonParts profile={profile} />}</Loaded>
    </Page>
  )
}

function PersonParts({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const sent = (
    <Anchor
      component={Link}
      to="/deliveries"
      search={{ person: String(profile.id) } as never}
      size="sm"
    >
      {said.deliveries}
    </Anchor>
  )
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Stack>
          <PersonAttributes profile={profile} />
          <PersonTags profile={profile} />
          <Section title={said.identifiers}>
            {profile.identifiers.length === 0 && <Empty title={said.noIdentifiers} />}
            <Table>
              <Table.Tbody>
                {profile.identifiers.map(({ kind, value }) => (
                  <Table.Tr key={kind}>
                    <Table.Th scope="row">{kind}</Table.Th>
                    <Table.Td>{value}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Section>
          <PersonCompanies id={profile.id} />
          <Section title={said.subscriptions}>
            <Subscriptions profile={profile} />
          </Section>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }}>
        <Stack>
          <Section title={said.timeline} actions={sent}>
            <Timeline id={profile.id} />
          </Section>
        </Stack>
      </Grid.Col>
    </Grid>
  )
}

/** The channels there are; each is on until the person has switched it off. */
const channels = ['email', 'texting']

function Subscriptions({ profile }: { profile: Profile }) {
  const said = useWords(words)
  return (
    <Group gap="xs">
      {channels.map((channel) => {
        const isOff = profile.attributes[`unsubscribed_${channel}`] === true
        return (
          <Badge key={channel} variant="default" tt="none">
            {fill(isOff ? said.unsubscribed : said.subscribed, { channel })}
          </Badge>
        )
      })}
    </Group>
  )
}
