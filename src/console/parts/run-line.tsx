import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Run } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Failed } from './states.tsx'
import { Time } from './time.tsx'

const words = {
  run: ['Run of {rule}', 'Uitvoering van {rule}'],
  waiting: ['waiting', 'wacht'],
  done: ['done', 'klaar'],
  failed: ['failed', 'mislukt'],
  cancelled: ['cancelled', 'geannuleerd'],
  until: ['until', 'tot'],
  event: ['on event {event_id}', 'op gebeurtenis {event_id}'],
  person: ['person', 'persoon'],
  step: ['step {step}: {did}', 'stap {step}: {did}'],
  cancel: ['Cancel this run', 'Deze uitvoering annuleren'],
} as const

/** A run that waited or failed: where it stands, and what each step did. */
export function RunLine({ run, withPerson }: { run: Run; withPerson?: boolean }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const cancelling = useMutation({
    mutationFn: () => api.cancelRun({ id: run.id }),
    onSuccess: () => queries.invalidateQueries(),
  })
  return (
    <Stack gap={2} py="xs" className="line">
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          <Time at={run.began_at} />
        </Text>
        <Anchor component={Link} to={`/rules/${run.rule}`} fw={600}>
          {fill(said.run, { ...run })}
        </Anchor>
        <Badge
          variant={run.state === 'failed' ? 'filled' : 'default'}
          color={run.state === 'failed' ? 'red.9' : undefined}
          tt="none"
          miw="max-content"
        >
          {said[run.state]}
        </Badge>
        {run.due_at !== null && (
          <Text size="sm">
            {said.until} <Time at={run.due_at} />
          </Text>
        )}
        <Anchor component={Link} to={`/events/${run.event_id}`} size="sm">
          {fill(said.event, { ...run })}
        </Anchor>
        {withPerson && run.profile_id !== null && (
          <Anchor component={Link} to={`/people/${run.profile_id}`} size="sm">
            {said.person} #{run.profile_id}
          </Anchor>
        )}
        {run.state === 'waiting' && (
          <Button
            size="compact-xs"
            variant="default"
            loading={cancelling.isPending}
            onClick={() => cancelling.mutate()}
          >
            {said.cancel}
          </Button>
        )}
      </Group>
      {run.reason !== null && (
        <Text size="sm">
          {run.reason} {run.detail}
        </Text>
      )}
      {run.steps.map((step) => (
        <Text key={step.step} size="sm" c="dimmed" pl="md">
          {fill(said.step, { ...step })} {step.reason}
        </Text>
      ))}
      {cancelling.isError && <Failed error={cancelling.error} />}
    </Stack>
  )
}
