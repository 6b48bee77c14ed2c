import { Group, Stack, Text } from '@mantine/core'
import type { Reaction } from '../../client/client.js'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { PlaceLink } from './place-link.tsx'
import { Empty } from './states.tsx'

const words = {
  none: ['There are no rules', 'Er zijn geen regels'],
  matched: ['matched', 'voldeed'],
  not: ['did not match', 'voldeed niet'],
  type: ['it is about other event types', 'gaat over andere soorten'],
  source: ['it is about other sources', 'gaat over andere bronnen'],
  disabled: ['it was switched off', 'stond uit'],
  condition: ['its condition did not hold', 'de voorwaarde gold niet'],
  caused: ['event {id}', 'gebeurtenis {id}'],
  waits: ['its run is {state}', 'de uitvoering is {state}'],
  sends: ['sends to {destination}', 'stuurt naar {destination}'],
} as const

/** Which rules looked at an event, which reacted, and why the others did not. */
export function Reactions({ reactions }: { reactions: Reaction[] }) {
  const said = useWords(words)
  if (reactions.length === 0) return <Empty title={said.none} />
  return (
    <ul className="plain-list">
      {reactions.map((reaction) => (
        <li key={reaction.rule}>
          <Stack gap={2} py={6}>
            <Group gap="xs">
              <Text fw={600}>{reaction.rule}</Text>
              <Badge looks={reaction.matched ? 'good' : undefined}>
                {reaction.matched ? said.matched : said.not}
              </Badge>
            </Group>
            <Why reaction={reaction} />
          </Stack>
        </li>
      ))}
    </ul>
  )
}

function Why({ reaction }: { reaction: Reaction }) {
  const said = useWords(words)
  const { because, sentence, caused = [], dropped = [], run, deliveries = [] } = reaction
  const known = because !== undefined && because in said ? said[because as keyof typeof said] : null
  return (
    <Text size="sm" c="dimmed" component="div">
      {sentence ?? known}
      <Group gap="xs">
        {caused.map((id) => (
          <PlaceLink key={id} to={`/events/${id}`} className="small">
            {fill(said.caused, { id })}
          </PlaceLink>
        ))}
        {deliveries.map(({ destination, step }) => (
          <span key={step}>{fill(said.sends, { destination })}</span>
        ))}
        {run && <span>{fill(said.waits, { state: run.state })}</span>}
        {dropped.map(({ name, reason }) => (
          <span key={name}>
            {name}: {reason}
          </span>
        ))}
      </Group>
    </Text>
  )
}
