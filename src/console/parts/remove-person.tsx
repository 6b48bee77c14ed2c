import { Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Preview, Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { nameOf } from '../lib/name-of.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { PreviewList } from './preview-list.tsx'
import { Loaded } from './states.tsx'

const words = {
  remove: ['Remove', 'Verwijderen'],
  title: ['Remove {name}?', '{name} verwijderen?'],
  what: [
    'The person disappears from every search and list, and the identifiers become free. The events stay in the log.',
    'De persoon verdwijnt uit alle zoekresultaten en lijsten, en de kenmerken komen vrij. De gebeurtenissen blijven in het logboek.',
  ],
} as const

export function RemovePerson({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const preview = useQuery({
    queryKey: ['person', profile.id, 'removal', profile.version],
    queryFn: async () => (await api.removeProfile({ id: profile.id, dry_run: true })) as Preview,
    enabled: isOpen,
  })
  const removing = useMutation({
    mutationFn: () => api.removeProfile({ id: profile.id }),
    onSuccess: async () => {
      await navigate({ to: '/people' })
      await queries.invalidateQueries({ queryKey: ['people'] })
    },
  })
  return (
    <>
      <Button variant="outline" color="red" size="xs" onClick={() => setOpen(true)}>
        {said.remove}
      </Button>
      <Confirm
        title={fill(said.title, { name: nameOf(profile) })}
        verb={said.remove}
        isDangerous
        isOpen={isOpen}
        acting={removing}
        onClose={() => setOpen(false)}
      >
        <Text>{said.what}</Text>
        {isOpen && <Loaded query={preview}>{(found) => <PreviewList {...found} />}</Loaded>}
      </Confirm>
    </>
  )
}
