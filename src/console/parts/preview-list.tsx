import { List, Text } from '@mantine/core'
import type { Preview } from '../../client/client.js'
import { useWords } from '../lib/words.tsx'

const words = {
  follows: ['This would be logged and sent:', 'Dit wordt vastgelegd en verstuurd:'],
} as const

/** What would come of something that was only tried. */
export function PreviewList({ events, deliveries }: Pick<Preview, 'events' | 'deliveries'>) {
  const said = useWords(words)
  return (
    <>
      <Text size="sm">{said.follows}</Text>
      <List size="sm">
        {events.map(({ id, type }) => (
          <List.Item key={id}>{type}</List.Item>
        ))}
        {deliveries.map(({ rule, step, destination }) => (
          <List.Item key={`${rule} ${step}`}>→ {destination}</List.Item>
        ))}
      </List>
    </>
  )
}
