import { Alert, Button, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Failed } from './states.tsx'

const words = {
  title: ['Names were not looked through', 'Er is niet op naam gezocht'],
  what: [
    'There are too many people to look for a name without an index. Who is found here was found by e-mail address, user id or phone number.',
    'Er zijn te veel personen om zonder index op naam te zoeken. Wie hier staat, is gevonden via e-mailadres, gebruikers-id of telefoonnummer.',
  ],
  cost: [
    'An index of names finds them at once. It is made in the background, and makes a new person about four tenths more to write.',
    'Met een index op naam worden ze meteen gevonden. Die wordt op de achtergrond gemaakt, en maakt het schrijven van een nieuwe persoon ongeveer vier tienden zwaarder.',
  ],
  make: ['Index names', 'Namen indexeren'],
  making: [
    'The index of names is being made. Until it is complete, try again now and then.',
    'De index op naam wordt gemaakt. Probeer het af en toe opnieuw tot die klaar is.',
  ],
} as const

/** By this name the shown name is indexed too. */
const shownName = 'name'

/** Where a search by name takes too long: what to do about it, and doing it. */
export function NameIndex() {
  const said = useWords(words)
  const queries = useQueryClient()
  const workspace = useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => api.getWorkspace({ signal }),
  })
  const indexed = workspace.data?.settings.indexed_attributes
  const making = useMutation({
    mutationFn: () =>
      api.updateSettings({ body: { indexed_attributes: [...(indexed ?? []), shownName] } }),
    onSuccess: (answer) => queries.setQueryData(['workspace'], answer),
  })
  const isMade = indexed?.includes(shownName) === true
  return (
    <Alert color="orange" variant="outline" role="status" title={said.title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{said.what}</Text>
        <Text size="sm">{isMade ? said.making : said.cost}</Text>
        {indexed && !isMade && (
          <Button
            size="xs"
            variant="default"
            loading={making.isPending}
            onClick={() => making.mutate()}
          >
            {said.make}
          </Button>
        )}
        {making.isError && <Failed error={making.error} />}
      </Stack>
    </Alert>
  )
}
