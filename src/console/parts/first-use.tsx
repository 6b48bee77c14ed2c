import { List, Text } from '@mantine/core'
import { useWords } from '../lib/words.tsx'
import { NewToken } from './new-token.tsx'
import { PlaceLink } from './place-link.tsx'
import { Section } from './section.tsx'

const words = {
  title: ['Send a first event', 'Stuur een eerste gebeurtenis'],
  how: [
    'Choose the language your systems speak, make a token, and paste one of the calls into a terminal. What arrives appears here by itself.',
    'Kies de taal van je systemen, maak een token en plak een van de aanroepen in een terminal. Wat aankomt verschijnt hier vanzelf.',
  ],
  done: [
    'The first event is here: it stands above. This stays until you leave the page.',
    'De eerste gebeurtenis is er: die staat hierboven. Dit blijft staan tot je de pagina verlaat.',
  ],
  waiting: ['Waiting for the first event…', 'Wachten op de eerste gebeurtenis…'],
  next: ['And then', 'En daarna'],
  people: ['find the person', 'zoek de persoon'],
  rule: ['write a rule that reacts', 'schrijf een regel die reageert'],
} as const

/** What somebody sees whose store is empty, or just was: what to paste, and what comes next. */
export function FirstUse({ isDone }: { isDone: boolean }) {
  const said = useWords(words)
  return (
    <Section title={said.title}>
      <Text mb="md">{said.how}</Text>
      <NewToken preferred="native" />
      <Text mt="md" role="status" fw={600}>
        {isDone ? said.done : said.waiting}
      </Text>
      <Text mt="md">{said.next}</Text>
      <List>
        <List.Item>
          <PlaceLink to="/people">{said.people}</PlaceLink>
        </List.Item>
        <List.Item>
          <PlaceLink to="/new-rule">{said.rule}</PlaceLink>
        </List.Item>
      </List>
    </Section>
  )
}
