import { Anchor, Button, Code, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { signIn } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Preferences } from '../parts/preferences.tsx'
import { Failed } from '../parts/states.tsx'

const words = {
  title: ['Sign in to Roster', 'Aanmelden bij Roster'],
  token: ['Token', 'Token'],
  hint: [
    'A token of the dialect "native". It begins with rst_.',
    'Een token van het dialect "native". Het begint met rst_.',
  ],
  go: ['Sign in', 'Aanmelden'],
  where: [
    'The first start shows one, on the terminal or in first-tokens.txt in the data folder. This makes another:',
    'De eerste start toont er een, op de terminal of in first-tokens.txt in de datamap. Dit maakt een ander:',
  ],
  apart: ['The API has a page of its own:', 'De API heeft een eigen pagina:'],
} as const

export function SignIn() {
  const said = useWords(words)
  const queries = useQueryClient()
  const [token, setToken] = useState('')
  const signing = useMutation({
    mutationFn: () => signIn(token.trim()),
    onSuccess: (session) => queries.setQueryData(['session'], session),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signing.mutate()
  }
  return (
    <Stack component="main" maw={440} mx="auto" px="md" py={48} gap="lg">
      <Title order={1}>{said.title}</Title>
      <Paper withBorder p="lg">
        <form onSubmit={submit}>
          <Stack>
            <PasswordInput
              label={said.token}
              description={said.hint}
              value={token}
              onChange={(event) => setToken(event.currentTarget.value)}
              autoComplete="current-password"
              required
              data-autofocus
            />
            {signing.isError && <Failed error={signing.error} />}
            <Button type="submit" loading={signing.isPending}>
              {said.go}
            </Button>
          </Stack>
        </form>
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
