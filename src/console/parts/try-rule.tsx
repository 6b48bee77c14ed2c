import { Alert, List, NumberInput, Stack, Text } from '@mantine/core'
import { useContext } from 'react'
import type { TriedRule } from '../../client/client.js'
import { RosterError } from '../../client/client.js'
import { RulePreview } from '../lib/rule-preview.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Changes } from './event-list.tsx'
import { Section } from './section.tsx'
import { Failed } from './states.tsx'

const words = {
  title: ['Dry run', 'Proef'],
  what: [
    'Tries the rule as it stands above on an event that is in the log, with its person as they are now, again with every change. Nothing is stored or sent.',
    'Probeert de regel zoals hij hierboven staat op een gebeurtenis uit het logboek, met de persoon zoals die nu is, bij elke wijziging opnieuw. Er wordt niets bewaard of verstuurd.',
  ],
  event: ['Event', 'Gebeurtenis'],
  hint: [
    'Its number; empty is the latest that the rule is about',
    'Het nummer; leeg is de laatste waar de regel over gaat',
  ],
  yes: ['It would react to event {id}, {type}', 'De regel zou reageren op {id}, {type}'],
  no: ['It would not react to event {id}, {type}', 'De regel zou niet reageren op {id}, {type}'],
  type: ['it is about other event types', 'gaat over andere soorten'],
  source: ['it is about other sources', 'gaat over andere bronnen'],
  sends: ['It sends to {destination}, step {n}', 'Stuurt naar {destination}, stap {n}'],
  logs: ['It logs {type}', 'Legt {type} vast'],
  run: ['Its run ends as {state}: {detail}', 'De uitvoering eindigt als {state}: {detail}'],
  nothing: ['Nothing would come of it', 'Er zou niets van komen'],
  none: ['There is no event yet.', 'Er is nog geen gebeurtenis.'],
  unfit: ['It can be tried once this is mended:', 'Te proberen zodra dit hersteld is:'],
} as const

interface TryProps {
  /** Null is the latest. */
  id: number | null
  onChange(id: number | null): void
}

/** Whether it is for the writer of the rule to mend, and not for the server or the line to it. */
function isUnfit(error: Error): boolean {
  return error instanceof RosterError && (error.status === 400 || error.status === 422)
}

/** What the rule would do, as far as it is written. */
export function TryRule({ id, onChange }: TryProps) {
  const said = useWords(words)
  const { tried, error, retry, event } = useContext(RulePreview)
  return (
    <Section title={said.title}>
      <Stack>
        <Text size="sm" c="dimmed">
          {said.what}
        </Text>
        <NumberInput
          label={said.event}
          description={said.hint}
          maw={400}
          min={1}
          hideControls
          value={id ?? ''}
          onChange={(to) => onChange(Number(to) || null)}
        />
        {error && isUnfit(error) && (
          <>
            <Text size="sm">{said.unfit}</Text>
            <Failed error={error} />
          </>
        )}
        {error && !isUnfit(error) && <Failed error={error} retry={retry} />}
        {event === null && !error && <Text>{said.none}</Text>}
        {tried && <Outcome tried={tried} />}
      </Stack>
    </Section>
  )
}

function Outcome({ tried }: { tried: TriedRule }) {
  const said = useWords(words)
  const { event_id, type, matched, because, sentence, events, runs, deliveries } = tried
  const failed = runs.filter(({ state }) => state === 'failed')
  const known = because === 'type' || because === 'source' ? said[because] : undefined
  const nothing = events.length + failed.length + deliveries.length === 0
  return (
    <Alert
      role="status"
      variant="outline"
      color={matched ? 'teal' : 'gray'}
      title={fill(matched ? said.yes : said.no, { id: event_id, type })}
    >
      {!matched && <Text size="sm">{sentence ?? known}</Text>}
      {matched && nothing && <Text size="sm">{said.nothing}</Text>}
      <List size="sm">
        {deliveries.map(({ step, destination }) => (
          <List.Item key={step}>
            {fill(said.sends, { destination, n: Number(step.split('.')[0]) + 1 })}
          </List.Item>
        ))}
        {events.map((each) => (
          <List.Item key={each.id}>
            {fill(said.logs, { type: each.type })}
            <Changes event={each} />
          </List.Item>
        ))}
        {failed.map((run) => (
          <List.Item key={run.id}>{fill(said.run, run)}</List.Item>
        ))}
      </List>
    </Alert>
  )
}
