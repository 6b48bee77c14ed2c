import { Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Event, Preview } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { PreviewList } from './preview-list.tsx'
import { Loaded } from './states.tsx'

const words = {
  undo: ['Undo this merge', 'Samenvoeging ongedaan maken'],
  what: [
    'Who went is there again with what they had. What was changed since stays with who stayed.',
    'Wie verdween is er weer, met wat hij had. Wat sindsdien veranderde blijft bij wie bleef.',
  ],
} as const

/** Takes a merge back, from its event. */
export function UndoMerge({ event }: { event: Event }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const id = event.profile_id ?? 0
  const body = { event_id: event.id }
  const preview = useQuery({
    queryKey: ['event', event.id, 'undo'],
    queryFn: async () => (await api.undoMerge({ id, dry_run: true, body })) as Preview,
    enabled: isOpen,
    gcTime: 0,
    staleTime: 0,
  })
  const undoing = useMutation({
    mutationFn: () => api.undoMerge({ id, body }),
    onSuccess: async () => {
      setOpen(false)
      await navigate({ to: `/people/${id}` })
      await queries.invalidateQueries()
    },
  })
  return (
    <>
      <Button variant="outline" size="xs" onClick={() => setOpen(true)}>
        {said.undo}
      </Button>
      <Confirm
        title={said.undo}
        verb={said.undo}
        isOpen={isOpen}
        isReady={preview.isSuccess}
        acting={undoing}
        onClose={() => setOpen(false)}
      >
        <Text>{said.what}</Text>
        {isOpen && <Loaded query={preview}>{(found) => <PreviewList {...found} />}</Loaded>}
      </Confirm>
    </>
  )
}
