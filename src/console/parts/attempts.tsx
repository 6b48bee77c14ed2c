import { Accordion, Code, Group, Stack, Text } from '@mantine/core'
import type { Attempt } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { Empty } from './states.tsx'
import { Time } from './time.tsx'

const words = {
  none: ['It was not tried yet', 'Nog niet geprobeerd'],
  attempt: ['Attempt {number}', 'Poging {number}'],
  sent: ['What was sent', 'Wat verstuurd is'],
  answer: ['What came back', 'Wat terugkwam'],
  took: ['{took_ms} ms', '{took_ms} ms'],
  underWay: ['under way', 'bezig'],
  cut: ['There was more; only the start is kept.', 'Er was meer; alleen het begin is bewaard.'],
} as const

/** Each try at a delivery, with what was sent and what came back; the newest first. */
export function Attempts({ attempts }: { attempts: Attempt[] }) {
  const said = useWords(words)
  const newest = attempts.toSorted((a, b) => b.number - a.number)
  if (newest.length === 0) return <Empty title={said.none} />
  return (
    <Accordion order={3} key={newest[0]?.number} defaultValue={String(newest[0]?.number)}>
      {newest.map((attempt) => (
        <Accordion.Item key={attempt.number} value={String(attempt.number)}>
          <Accordion.Control>
            <Group gap="xs">
              <Text>{fill(said.attempt, attempt)}</Text>
              <Text size="sm" c="dimmed">
                <Time at={attempt.began_at} />
              </Text>
              <Badge>{shortOf(attempt) ?? said.underWay}</Badge>
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <AttemptInFull attempt={attempt} />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

function shortOf({ outcome }: Attempt): string | null {
  if (!outcome) return null
  return outcome.status === undefined ? (outcome.code ?? outcome.kind) : String(outcome.status)
}

function AttemptInFull({ attempt: { sent, outcome } }: { attempt: Attempt }) {
  const said = useWords(words)
  return (
    <Stack gap="xs">
      {sent && (
        <>
          <Text size="sm" fw={600}>
            {said.sent}
          </Text>
          <Wire first={`${sent.method} ${sent.url}`} headers={sent.headers} body={sent.body} />
        </>
      )}
      {outcome && (
        <>
          <Text size="sm" fw={600}>
            {said.answer}
            {outcome.took_ms !== undefined && `, ${fill(said.took, outcome)}`}
          </Text>
          <Wire
            first={shortOf({ outcome } as Attempt) ?? ''}
            headers={outcome.headers ?? {}}
            body={outcome.body ?? outcome.message ?? null}
          />
          {outcome.cut && <Text size="sm">{said.cut}</Text>}
        </>
      )}
    </Stack>
  )
}

interface WireProps {
  first: string
  headers: { [name: string]: string }
  body: string | null
}

export function Wire({ first, headers, body }: WireProps) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const text = [first, ...lines, ...(body === null ? [] : ['', body])].join('\n')
  return (
    <Code block className="code" tabIndex={0}>
      {text}
    </Code>
  )
}
