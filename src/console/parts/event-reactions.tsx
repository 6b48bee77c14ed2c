import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Reactions } from './reactions.tsx'
import { Loaded } from './states.tsx'

const words = {
  rules: ['What the rules decided', 'Wat de regels besloten'],
} as const

/** What the rules made of an event; asked of the server by whoever wants to know. */
export function EventReactions({ id }: { id: number }) {
  const said = useWords(words)
  const [isOpen, setOpen] = useState(false)
  const found = useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => api.getEvent({ id, explain: true, signal }),
    enabled: isOpen,
  })
  return (
    <div className="below">
      <button
        type="button"
        className="fold"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? '▾' : '▸'} {said.rules}
      </button>
      {isOpen && (
        <Loaded query={found}>
          {({ explanation }) => <Reactions reactions={explanation?.rules ?? []} />}
        </Loaded>
      )}
    </div>
  )
}
