import { Button, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { Loaded } from './states.tsx'

const words = {
  redeliver: ['Redeliver all of these', 'Alles hiervan opnieuw bezorgen'],
  cancel: ['Cancel all of these', 'Alles hiervan annuleren'],
  redeliverWhat: [
    '{matching} deliveries are sent again: the same id, the same bytes.',
    '{matching} bezorgingen worden opnieuw verstuurd: dezelfde id, dezelfde inhoud.',
  ],
  cancelWhat: [
    '{matching} deliveries are not tried any more.',
    '{matching} bezorgingen worden niet meer geprobeerd.',
  ],
} as const

export interface Filter {
  state?: string
  destination?: string
  rule?: string
  reason?: string
  profile_id?: number
}

/** Does with every delivery that matches a filter what can be done with those of its state. */
export function MoveMany({ filter }: { filter: Filter }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const isOver = ['dead', 'delivered', 'cancelled'].includes(filter.state ?? '')
  const move = async (dry_run: boolean) => {
    // The state is one of those that the call takes: the button is there for no other.
    const body = filter as { state?: never }
    return isOver
      ? api.redeliverDeliveries({ dry_run, body })
      : api.cancelDeliveries({ dry_run, body })
  }
  const preview = useQuery({
    queryKey: ['deliveries', 'move', filter],
    queryFn: () => move(true),
    enabled: isOpen,
    gcTime: 0,
    staleTime: 0,
  })
  const moving = useMutation({
    mutationFn: () => move(false),
    onSuccess: () => {
      setOpen(false)
      return queries.invalidateQueries({ queryKey: ['deliveries'] })
    },
  })
  if (!filter.state) return null
  const verb = isOver ? said.redeliver : said.cancel
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {verb}
      </Button>
      <Confirm
        title={verb}
        verb={verb}
        isDangerous={!isOver}
        isOpen={isOpen}
        isReady={preview.isSuccess}
        acting={moving}
        onClose={() => setOpen(false)}
      >
        {isOpen && (
          <Loaded query={preview}>
            {(found) => <Text>{fill(isOver ? said.redeliverWhat : said.cancelWhat, found)}</Text>}
          </Loaded>
        )}
      </Confirm>
    </>
  )
}
