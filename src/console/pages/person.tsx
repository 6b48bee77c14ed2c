import { Grid, Group, Stack } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import type { Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { nameOf } from '../lib/name-of.ts'
import { useMainQuery } from '../lib/use-main-query.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from '../parts/badge.tsx'
import { ErasePerson } from '../parts/erase-person.tsx'
import { MergePerson } from '../parts/merge-person.tsx'
import { Page } from '../parts/page.tsx'
import { PersonAttributes } from '../parts/person-attributes.tsx'
import { PersonCompanies } from '../parts/person-companies.tsx'
import { PersonTags } from '../parts/person-tags.tsx'
import { PlaceLink } from '../parts/place-link.tsx'
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
  const id = Number(useParams({ strict: false }).id)
  const person = useMainQuery({
    queryKey: ['person', id],
    queryFn: ({ signal }) => api.getProfile({ id, signal }),
    refetchInterval: 5_000,
  })
  const title = person.data ? nameOf(person.data) : said.title
  const sent = (
    <PlaceLink to="/deliveries" search={{ person: String(id) }} className="small">
      {said.deliveries}
    </PlaceLink>
  )
  const actions = person.data && (
    <Group>
      <MergePerson profile={person.data} />
      <RemovePerson profile={person.data} />
      <ErasePerson profile={person.data} />
    </Group>
  )
  const isMissing = person.data === undefined && person.errorUpdateCount > 0
  return (
    <Page title={title} actions={actions}>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 6 }}>
          <Stack>
            <Loaded query={person}>{(profile) => <PersonParts profile={profile} />}</Loaded>
            {!isMissing && <PersonCompanies id={id} />}
          </Stack>
        </Grid.Col>
        {/* Asked for along with the person, not after. */}
        {!isMissing && (
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Section title={said.timeline} actions={sent}>
              <Timeline id={id} />
            </Section>
          </Grid.Col>
        )}
      </Grid>
    </Page>
  )
}

function PersonParts({ profile }: { profile: Profile }) {
  const said = useWords(words)
  return (
    <>
      <PersonAttributes profile={profile} />
      <PersonTags profile={profile} />
      <Section title={said.identifiers}>
        {profile.identifiers.length === 0 && <Empty title={said.noIdentifiers} />}
        <table className="table">
          <tbody>
            {profile.identifiers.map(({ kind, value }) => (
              <tr key={kind}>
                <th scope="row">{kind}</th>
                <td>{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
      <Section title={said.subscriptions}>
        <Subscriptions profile={profile} />
      </Section>
    </>
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
          <Badge key={channel}>
            {fill(isOff ? said.unsubscribed : said.subscribed, { channel })}
          </Badge>
        )
      })}
    </Group>
  )
}
