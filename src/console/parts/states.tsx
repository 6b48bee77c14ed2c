import { Alert, Button, Group, Loader, Stack, Text } from '@mantine/core'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { RosterError } from '../../client/client.js'
import { explain } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'

const words = {
  waiting: ['Loading…', 'Laden…'],
  failed: ['That did not work', 'Dat is niet gelukt'],
  again: ['Try again', 'Opnieuw proberen'],
  unreached: [
    'Does it run, and is this machine connected to it?',
    'Draait de server, en is deze computer ermee verbonden?',
  ],
  signIn: ['Sign in again, and try once more.', 'Meld je opnieuw aan en probeer het nog eens.'],
  log: [
    'The log of the server tells more of request {request}.',
    'Het logboek van de server vertelt meer over aanroep {request}.',
  ],
  wait: [
    'The server asks to wait for {seconds} s more.',
    'De server vraagt nog {seconds} s te wachten.',
  ],
  waitAgain: [
    'The server asks to wait: it is tried again by itself in {seconds} s.',
    'De server vraagt te wachten: over {seconds} s wordt het vanzelf opnieuw geprobeerd.',
  ],
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

interface FailedProps {
  error: unknown
  retry?: () => unknown
  /** Whether it is being tried again. */
  isTrying?: boolean
}

export function Failed({ error, retry, isTrying = false }: FailedProps) {
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
        {error instanceof RosterError && (
          <Text size="sm">
            <WhatToDo error={error} retry={retry} />
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" loading={isTrying} onClick={() => void retry()}>
            {said.again}
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

function WhatToDo({ error, retry }: { error: RosterError; retry: FailedProps['retry'] }) {
  const said = useWords(words)
  const { status, requestId: request, retryAfter } = error
  if (retryAfter !== null) return <Wait error={error} seconds={retryAfter} retry={retry} />
  if (status === 0) return said.unreached
  if (status === 401) return said.signIn
  return status >= 500 && request !== null ? fill(said.log, { request }) : null
}

/** Counts down to when the server may be called again, and does so then. */
function Wait({ error, seconds, retry }: FailedProps & { seconds: number }) {
  const said = useWords(words)
  const [left, setLeft] = useState(Math.ceil(seconds))
  const go = useRef(retry)
  go.current = retry
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refusal is waited for anew
  useEffect(() => {
    const until = performance.now() + seconds * 1_000
    const tick = () => {
      const now = Math.max(0, Math.ceil((until - performance.now()) / 1_000))
      setLeft(now)
      if (now > 0) return
      clearInterval(timer)
      void go.current?.()
    }
    const timer = setInterval(tick, 250)
    return () => clearInterval(timer)
  }, [error, seconds])
  if (left === 0) return null
  return fill(retry ? said.waitAgain : said.wait, { seconds: left })
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
  query: { data: T | undefined; error: Error | null; isFetching: boolean; refetch(): unknown }
  /** What to show when there is nothing; asked only of answers that are there. */
  isEmpty?: (answer: T) => boolean
  empty?: ReactNode
  children: (answer: T) => ReactNode
}

/**
 * A query in each of its states. An answer stays while a newer one is on its way, and so does an
 * error: its button would else go away under the pointer each time the page asks by itself.
 */
export function Loaded<T>({ query, isEmpty, empty, children }: LoadedProps<T>) {
  // Whoever asks whether it is being fetched is drawn anew each time it is.
  const { data, error } = query
  const failed = useRef<Error | null>(null)
  if (data !== undefined) failed.current = null
  else if (error !== null) failed.current = error
  if (data !== undefined) return isEmpty?.(data) ? empty : children(data)
  if (failed.current === null) return <Waiting />
  return <Failed error={failed.current} retry={query.refetch} isTrying={query.isFetching} />
}
