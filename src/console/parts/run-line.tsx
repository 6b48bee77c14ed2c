import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Run } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { PlaceLink } from './place-link.tsx'
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
  return (
    <div className="entry">
      <div className="row">
        <span className="small dim">
          <Time at={run.began_at} />
        </span>
        <PlaceLink to={`/rules/${run.rule}`} className="strong">
          {fill(said.run, { ...run })}
        </PlaceLink>
        <Badge looks={run.state === 'failed' ? 'bad' : undefined}>{said[run.state]}</Badge>
        {run.due_at !== null && (
          <span className="small">
            {said.until} <Time at={run.due_at} />
          </span>
        )}
        <PlaceLink to={`/events/${run.event_id}`} className="small">
          {fill(said.event, { ...run })}
        </PlaceLink>
        {withPerson && run.profile_id !== null && (
          <PlaceLink to={`/people/${run.profile_id}`} className="small">
            {said.person} #{run.profile_id}
          </PlaceLink>
        )}
        {run.state === 'waiting' && <CancelRun id={run.id} />}
      </div>
      {run.reason !== null && (
        <div className="small">
          {run.reason} {run.detail}
        </div>
      )}
      {run.steps.map((step) => (
        <div key={step.step} className="small dim inset">
          {fill(said.step, { ...step })} {step.reason}
        </div>
      ))}
    </div>
  )
}

function CancelRun({ id }: { id: string }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const cancelling = useMutation({
    mutationFn: () => api.cancelRun({ id }),
    onSuccess: () => queries.invalidateQueries(),
  })
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={cancelling.isPending}
        onClick={() => cancelling.mutate()}
      >
        {said.cancel}
      </Button>
      {cancelling.isError && <Failed error={cancelling.error} />}
    </>
  )
}
