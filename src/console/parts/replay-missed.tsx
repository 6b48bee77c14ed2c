import { Button, Checkbox, List, NativeSelect, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Replayed, replayMissed } from '../lib/replay-missed.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { PlaceLink } from './place-link.tsx'
import { Loaded } from './states.tsx'

const words = {
  verb: ['Run for missed events', 'Alsnog uitvoeren'],
  what: [
    'Runs the rule for events that came while it was not there or was switched off, on the people as they are now; waits begin now. An event begins it once, so this may be asked again.',
    'Voert de regel uit voor gebeurtenissen die kwamen toen hij er niet was of uit stond, met de mensen zoals ze nu zijn; wachttijden beginnen nu. Elke gebeurtenis start hem één keer, dus dit mag opnieuw.',
  ],
  since: ['Events of', 'Gebeurtenissen van'],
  hour: ['the last hour', 'het laatste uur'],
  day: ['the last day', 'de laatste dag'],
  week: ['the last week', 'de laatste week'],
  month: ['the last 30 days', 'de laatste 30 dagen'],
  also: [
    'Also events that came while it was at work, where nothing tells that it ran',
    'Ook gebeurtenissen die kwamen toen hij aan stond, waar niets zegt dat hij liep',
  ],
  would: [
    '{begun} runs would begin, of {looked_at} events.',
    'Er zouden {begun} uitvoeringen beginnen, van {looked_at} gebeurtenissen.',
  ],
  atLeast: [
    'At least {begun} runs would begin: {looked_at} events were looked at so far.',
    'Minstens {begun} uitvoeringen zouden beginnen: tot nu toe zijn {looked_at} gebeurtenissen bekeken.',
  ],
  did: ['{begun} runs begun.', '{begun} uitvoeringen begonnen.'],
  passed: ['{count} not: {why}', '{count} niet: {why}'],
  source: ['came from elsewhere than it takes', 'kwamen van elders'],
  has_run: ['it has run already', 'hij heeft al gelopen'],
  condition: ['its condition does not hold', 'aan de voorwaarde is niet voldaan'],
  cancelled_since: ['cancelled by what came since', 'geannuleerd door wat daarna kwam'],
  subject_removed: ['the person was removed since', 'de persoon is verwijderd'],
  rate_limit: [
    'as often as it may in a minute; ask again later',
    'zo vaak als mag in een minuut; vraag het later opnieuw',
  ],
} as const

const hours = { hour: 1, day: 24, week: 168, month: 720 } as const
type Age = keyof typeof hours

/** Runs a rule for events that came while it was not at work; first says for how many. */
export function ReplayMissed({ name }: { name: string }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const [age, setAge] = useState<Age>('day')
  const [also, setAlso] = useState(false)
  const replay = (isDry: boolean) => {
    const since = new Date(Date.now() - hours[age] * 3_600_000).toISOString()
    return replayMissed({ name, since, also_in_force: also }, isDry)
  }
  const preview = useQuery({
    queryKey: ['rule', name, 'missed', age, also],
    queryFn: () => replay(true),
    enabled: isOpen,
    gcTime: 0,
    staleTime: 0,
    retry: false,
  })
  const acting = useMutation({
    mutationFn: () => replay(false),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs', name] }),
  })
  const close = () => {
    setOpen(false)
    acting.reset()
  }
  const ages = Object.keys(hours).map((value) => ({ value, label: said[value as Age] }))
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {said.verb}
      </Button>
      <Confirm
        title={said.verb}
        verb={said.verb}
        isOpen={isOpen}
        isReady={preview.isSuccess && preview.data.begun > 0}
        isDone={acting.isSuccess}
        acting={acting}
        onClose={close}
      >
        <Text size="sm">{said.what}</Text>
        {!acting.data && (
          <>
            <NativeSelect
              label={said.since}
              data={ages}
              value={age}
              onChange={(event) => setAge(event.currentTarget.value as Age)}
            />
            <Checkbox
              label={said.also}
              checked={also}
              onChange={(event) => setAlso(event.currentTarget.checked)}
            />
          </>
        )}
        {acting.data && <Outcome text={said.did} of={acting.data} />}
        {isOpen && !acting.data && (
          <Loaded query={preview}>
            {(found) => <Outcome text={found.isWhole ? said.would : said.atLeast} of={found} />}
          </Loaded>
        )}
      </Confirm>
    </>
  )
}

const shownMax = 5

function Outcome({ text, of }: { text: string; of: Replayed }) {
  const said = useWords(words)
  const whys: { [why: string]: string } = said
  return (
    <div role="status">
      <Text fw={500}>{fill(text, of)}</Text>
      <List size="sm">
        {of.runs.slice(0, shownMax).map(({ run, event_id, type }) => (
          <List.Item key={run}>
            <PlaceLink to={`/events/${event_id}`}>{`${event_id} ${type}`}</PlaceLink>
          </List.Item>
        ))}
        {Object.entries(of.passed_over).map(([why, count]) => (
          <List.Item key={why}>{fill(said.passed, { count, why: whys[why] ?? why })}</List.Item>
        ))}
      </List>
    </div>
  )
}
