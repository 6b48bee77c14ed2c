import { Anchor, Code, Paper, Stack, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { Session } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Preferences } from '../parts/preferences.tsx'
import { TokenForm } from '../parts/token-form.tsx'

const words = {
  title: ['Sign in to Roster', 'Aanmelden bij Roster'],
  where: [
    'The first start shows one, on the terminal or in first-tokens.txt in the data folder. This makes another:',
    'De eerste start toont er een, op de terminal of in first-tokens.txt in de datamap. Dit maakt een ander:',
  ],
  apart: ['The API has a page of its own:', 'De API heeft een eigen pagina:'],
} as const

export function SignIn() {
  const said = useWords(words)
  const queries = useQueryClient()
  const enter = (session: Session) => {
    // Whose session ran out may have looked at another workspace.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    queries.setQueryData(['session'], session)
  }
  return (
    <Stack component="main" maw={440} mx="auto" px="md" py={48} gap="lg">
      <Title order={1}>{said.title}</Title>
      <Paper withBorder p="lg">
        <TokenForm onDone={enter} />
      </Paper>
      <Text c="dimmed" size="sm">
        {said.where}
      </Text>
      <Code block>bin/roster token create --dialect native</Code>
      <Text size="sm">
        {said.apart} <Anchor href="/docs/">/docs/</Anchor>
      </Text>
      <Preferences />
    </Stack>
  )
}
