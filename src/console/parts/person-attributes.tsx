import { ActionIcon, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { EditAttribute } from './edit-attribute.tsx'
import { PlaceLink } from './place-link.tsx'
import { Section } from './section.tsx'
import { Empty, Failed } from './states.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

const words = {
  title: ['Attributes', 'Attributen'],
  name: ['Name', 'Naam'],
  value: ['Value, and where it came from', 'Waarde, en waar die vandaan komt'],
  none: ['No attributes are stored', 'Er zijn geen attributen'],
  add: ['Add', 'Toevoegen'],
  edit: ['Edit {name}', 'Bewerk {name}'],
  event: ['event {id}', 'gebeurtenis {id}'],
  gone: ['event {id}, no longer kept', 'gebeurtenis {id}, niet meer bewaard'],
  confirmed: ['written again', 'opnieuw geschreven'],
} as const

/** What is known of a person, each with where it came from and when. */
export function PersonAttributes({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const [edited, setEdited] = useState<string | null>(null)
  const origins = useQuery({
    queryKey: ['person', profile.id, 'provenance', profile.version],
    queryFn: ({ signal }) => api.getProvenance({ id: profile.id, signal }),
  })
  const names = Object.keys(profile.attributes).sort()
  const add = (
    <Button size="xs" variant="default" onClick={() => setEdited('')}>
      {said.add}
    </Button>
  )
  return (
    <Section title={said.title} actions={add}>
      {origins.isError && !origins.data && (
        <Failed error={origins.error} retry={origins.refetch} isTrying={origins.isFetching} />
      )}
      {names.length === 0 ? (
        <Empty title={said.none} />
      ) : (
        <table className="table">
          <thead>
            <tr>
              <td className="narrow" />
              <th>{said.name}</th>
              <th>{said.value}</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <td>
                  <ActionIcon
                    variant="default"
                    aria-label={fill(said.edit, { name })}
                    onClick={() => setEdited(name)}
                  >
                    ✎
                  </ActionIcon>
                </td>
                <th scope="row">{name}</th>
                <td>
                  <Value value={profile.attributes[name]} />
                  <Origin origin={origins.data?.attributes[name]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {edited !== null && (
        <EditAttribute profile={profile} name={edited} onClose={() => setEdited(null)} />
      )}
    </Section>
  )
}

interface OriginProps {
  origin: { source: string; at: string | null; confirmed_at: string; event_id: number } | undefined
}

function Origin({ origin }: OriginProps) {
  const said = useWords(words)
  if (!origin) return null
  const { source, at, confirmed_at: confirmed, event_id: id } = origin
  return (
    <div className="small dim">
      {source}, {at && <Time at={at} />}{' '}
      {at ? (
        <PlaceLink to={`/events/${id}`} className="small">
          {fill(said.event, { id })}
        </PlaceLink>
      ) : (
        fill(said.gone, { id })
      )}
      {at !== confirmed && (
        <>
          , {said.confirmed} <Time at={confirmed} />
        </>
      )}
    </div>
  )
}
