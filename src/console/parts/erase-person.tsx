import { Alert, Button, Code, List, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ErasureReceipt, Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { nameOf } from '../lib/name-of.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { Time } from './time.tsx'

const words = {
  erase: ['Erase', 'Wissen'],
  title: ['Erase {name} for good?', '{name} voorgoed wissen?'],
  what: [
    'Everything that is stored of this person is destroyed: attributes, identifiers, the events in the log, runs and deliveries. Nobody can bring it back.',
    'Alles wat van deze persoon is opgeslagen wordt vernietigd: attributen, kenmerken, de gebeurtenissen in het logboek, uitvoeringen en bezorgingen. Niemand kan het terughalen.',
  ],
  instead: [
    'To take somebody out of the lists and keep the log, use Remove.',
    'Verwijderen haalt iemand uit de lijsten, en het logboek blijft.',
  ],
  confirm: ['Type {id} to confirm', 'Typ {id} om te bevestigen'],
  confirmHint: ['The number of this person', 'Het nummer van deze persoon'],
  done: ['Person {profile_id} is erased', 'Persoon {profile_id} is gewist'],
  receipt: ['Receipt {receipt_id}, of', 'Bewijs {receipt_id}, van'],
  keep: [
    'Keep the number: it proves what was erased and when, and holds nothing of the person.',
    'Bewaar het nummer: het bewijst wat er wanneer gewist is, en bevat niets van de persoon.',
  ],
  profiles: ['profiles', 'profielen'],
  events: ['events', 'gebeurtenissen'],
  identifiers: ['identifiers', 'kenmerken'],
  runs: ['runs', 'uitvoeringen'],
  deliveries: ['deliveries', 'bezorgingen'],
  attempts: ['attempts', 'pogingen'],
  idempotency: ['remembered answers', 'onthouden antwoorden'],
} as const

/** Destroys what is stored of a person, after a number was typed, and shows the receipt. */
export function ErasePerson({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const { id } = profile
  const erasing = useMutation({
    mutationFn: async () =>
      (await api.eraseProfile({ id, body: { confirm: id } })) as ErasureReceipt,
  })
  const receipt = erasing.data
  const close = async () => {
    setOpen(false)
    setTyped('')
    if (!receipt) return erasing.reset()
    await navigate({ to: '/people' })
    // Nothing of the person stays in the browser either.
    queries.removeQueries({ type: 'inactive' })
    await queries.invalidateQueries()
  }
  return (
    <>
      <Button color="red" size="xs" onClick={() => setOpen(true)}>
        {said.erase}
      </Button>
      <Confirm
        title={fill(said.title, { name: nameOf(profile) })}
        verb={said.erase}
        isDangerous
        isOpen={isOpen}
        isReady={typed.trim() === String(id)}
        isDone={receipt !== undefined}
        acting={erasing}
        onClose={() => void close()}
      >
        {receipt ? (
          <Receipt receipt={receipt} />
        ) : (
          <>
            <Text>{said.what}</Text>
            <Text>{said.instead}</Text>
            <TextInput
              label={fill(said.confirm, { id })}
              description={said.confirmHint}
              value={typed}
              autoComplete="off"
              onChange={(event) => setTyped(event.currentTarget.value)}
              data-autofocus
            />
          </>
        )}
      </Confirm>
    </>
  )
}

function Receipt({ receipt }: { receipt: ErasureReceipt }) {
  const said = useWords(words)
  return (
    <Alert role="status" variant="outline" color="teal" title={fill(said.done, { ...receipt })}>
      <Text size="sm">
        <Code>{fill(said.receipt, { ...receipt })}</Code> <Time at={receipt.erased_at} />
      </Text>
      <List size="sm" my="xs">
        {Object.entries(receipt.erased).map(([what, count]) => (
          <List.Item key={what}>
            {count} {said[what as keyof ErasureReceipt['erased']]}
          </List.Item>
        ))}
      </List>
      <Text size="sm">{said.keep}</Text>
    </Alert>
  )
}
