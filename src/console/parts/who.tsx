import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { readSession, signOut } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Dialog } from './dialog.tsx'
import { Failed } from './states.tsx'
import { TokenForm } from './token-form.tsx'

const words = {
  workspace: ['Workspace', 'Werkruimte'],
  another: ['Switch', 'Wisselen'],
  title: ['Go to another workspace', 'Naar een andere werkruimte'],
  what: [
    'A token belongs to one workspace: sign in with one of the other. You leave this one.',
    'Een token hoort bij één werkruimte: meld je aan met een van de andere. Je verlaat deze.',
  ],
  leave: ['Sign out', 'Afmelden'],
} as const

/** In which workspace one is, and the ways out of it. */
export function Who() {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const session = useQuery({
    queryKey: ['session'],
    queryFn: readSession,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const leaving = useMutation({
    mutationFn: signOut,
    onSuccess: () => queries.setQueryData(['session'], null),
  })
  // Loaded anew, so that nothing of the one workspace is left in the other.
  const arrive = () => location.assign('/console/')
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="sm" c="dimmed" visibleFrom="xs">
        {said.workspace} {session.data?.workspace}
      </Text>
      <Button size="xs" variant="default" onClick={() => setOpen(true)}>
        {said.another}
      </Button>
      <Button
        size="xs"
        variant="default"
        loading={leaving.isPending}
        onClick={() => leaving.mutate()}
      >
        {said.leave}
      </Button>
      <Dialog title={said.leave} isOpen={leaving.isError} onClose={leaving.reset}>
        <Failed error={leaving.error} retry={leaving.mutate} />
      </Dialog>
      <Dialog title={said.title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Stack>
          <Text>{said.what}</Text>
          <TokenForm onDone={arrive} />
        </Stack>
      </Dialog>
    </Group>
  )
}
