import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { explain } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  waiting: ['Loading…', 'Laden…'],
  failed: ['That did not work', 'Dat is niet gelukt'],
  again: ['Try again', 'Opnieuw proberen'],
} as const

export function Waiting() {
  const said = useWords(words)
  return (
    <Group p="md" role="status">
      <Loader size="sm" aria-hidden />
      <Text>{said.waiting}</Text>
    </Group>
  )
}

export function Failed({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const said = useWords(words)
  const [first, ...more] = explain(error)
  return (
    <Alert color="red" variant="outline" title={said.failed} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text>{first}</Text>
        {more.map((text) => (
          <Text key={text} size="sm">
            {text}
          </Text>
        ))}
        {retry && (
          <Button size="xs" variant="default" onClick={() => void retry()}>
            {said.again}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

/** What is there instead of a list without entries: what it would show, and how to get it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack gap={4} p="md" align="flex-start">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text component="div" c="dimmed">
          {children}
        </Text>
      )}
    </Stack>
  )
}

interface LoadedProps<T> {
  query: UseQueryResult<T, Error>
  /** What to show when there is nothing; asked only of answers that are there. */
  isEmpty?: (answer: T) => boolean
  empty?: ReactNode
  children: (answer: T) => ReactNode
}

/** A query in each of its states. An answer stays while a newer one is on its way. */
export function Loaded<T>({ query, isEmpty, empty, children }: LoadedProps<T>) {
  if (query.data !== undefined) {
    return isEmpty?.(query.data) ? empty : children(query.data)
  }
  if (query.isError) return <Failed error={query.error} retry={query.refetch} />
  return <Waiting />
}
