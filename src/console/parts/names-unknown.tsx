import { Alert, Text } from '@mantine/core'
import { useWords } from '../lib/words.tsx'

const words = {
  title: ['Names were not looked through', 'Er is niet op naam gezocht'],
  what: [
    'So many people are new, or have a new name, that not all names can be searched yet. Who is found here was found by e-mail address, user id or phone number. Try again in a moment.',
    'Er zijn zo veel personen nieuw of van naam veranderd dat nog niet op alle namen gezocht kan worden. Wie hier staat, is gevonden via e-mailadres, gebruikers-id of telefoonnummer. Probeer het zo nog eens.',
  ],
} as const

/** Where a search by name takes too long, which it does until names are entered. */
export function NamesUnknown() {
  const said = useWords(words)
  return (
    <Alert color="orange" variant="outline" role="status" title={said.title}>
      <Text size="sm">{said.what}</Text>
    </Alert>
  )
}
