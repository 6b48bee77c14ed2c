import { Alert, Button, Checkbox, List, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { MergePreview, Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { nameOf } from '../lib/name-of.ts'
import { usePeople } from '../lib/use-people.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Confirm } from './confirm.tsx'
import { PreviewList } from './preview-list.tsx'
import { Failed, Loaded } from './states.tsx'
import { Value } from './value.tsx'

const words = {
  merge: ['Merge', 'Samenvoegen'],
  title: ['Merge somebody into {name}', 'Iemand samenvoegen met {name}'],
  what: [
    '{name} stays and takes over identifiers, tags and every attribute that is not there yet. It can be undone from the event.',
    '{name} blijft, en krijgt kenmerken, labels en elk attribuut dat er nog niet is. Het kan ongedaan worden vanaf de gebeurtenis.',
  ],
  nobody: ['Nobody else is found', 'Niemand anders gevonden'],
  search: ['Who is the same person?', 'Wie is dezelfde persoon?'],
  hint: ['A name, e-mail address or user id', 'Een naam, e-mailadres of gebruikers-id'],
  lost: ['Of these the value of who stays is kept:', 'Hiervan blijft de waarde van wie blijft:'],
  risks: ['Perhaps this is not one person', 'Misschien is dit niet één persoon'],
  anyway: ['Merge all the same', 'Toch samenvoegen'],
} as const

/** Makes one person of two, after a look at what would come of it. */
export function MergePerson({ profile }: { profile: Profile }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const [other, setOther] = useState<number | null>(null)
  const [isForced, setForced] = useState(false)
  const name = nameOf(profile)
  const body = { from: [{ id: other ?? 0 }], guards: !isForced }
  const preview = useQuery({
    queryKey: ['person', profile.id, 'merge', other, isForced],
    queryFn: async () =>
      (await api.mergeProfiles({ id: profile.id, dry_run: true, body })) as MergePreview,
    enabled: isOpen && other !== null,
    gcTime: 0,
    staleTime: 0,
  })
  const close = () => {
    setOpen(false)
    setOther(null)
    setForced(false)
  }
  const merging = useMutation({
    mutationFn: () => api.mergeProfiles({ id: profile.id, body }),
    onSuccess: () => {
      close()
      return queries.invalidateQueries()
    },
  })
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setOpen(true)}>
        {said.merge}
      </Button>
      <Confirm
        title={fill(said.title, { name })}
        verb={said.merge}
        isOpen={isOpen}
        isReady={preview.isSuccess && !preview.data.refused}
        acting={merging}
        onClose={close}
      >
        <Text>{fill(said.what, { name })}</Text>
        {isOpen && <Choose not={profile.id} chosen={other} onChoose={setOther} />}
        {other !== null && <Loaded query={preview}>{(found) => <Merged found={found} />}</Loaded>}
        {(isForced || (preview.data?.risks.length ?? 0) > 0) && (
          <Checkbox
            label={said.anyway}
            checked={isForced}
            onChange={(event) => setForced(event.currentTarget.checked)}
          />
        )}
      </Confirm>
    </>
  )
}

interface ChooseProps {
  not: number
  chosen: number | null
  onChoose(id: number): void
}

function Choose({ not, chosen, onChoose }: ChooseProps) {
  const said = useWords(words)
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed, 200)
  const isAsked = asked.trim() !== ''
  const { people } = usePeople(asked, isAsked)
  const others = (isAsked && people.data ? people.data : [])
    .filter(({ id }) => id !== not)
    .slice(0, 10)
  return (
    <Stack gap="xs">
      <TextInput
        type="search"
        label={said.search}
        description={said.hint}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        data-autofocus
      />
      {people.error && !people.data && (
        <Failed error={people.error} retry={people.refetch} isTrying={people.isFetching} />
      )}
      {isAsked && people.data && others.length === 0 && <Text role="status">{said.nobody}</Text>}
      <Radio.Group
        aria-label={said.search}
        value={chosen === null ? null : String(chosen)}
        onChange={(id) => onChoose(Number(id))}
      >
        <Stack gap={4}>
          {others.map((person) => (
            <Radio
              key={person.id}
              value={String(person.id)}
              label={`${nameOf(person)} #${person.id}`}
              description={person.identifiers.map(({ value }) => value).join(', ')}
            />
          ))}
        </Stack>
      </Radio.Group>
    </Stack>
  )
}

function Merged({ found: { risks, conflicts, events, deliveries } }: { found: MergePreview }) {
  const said = useWords(words)
  return (
    <Stack gap="xs">
      {risks.length > 0 && (
        <Alert color="orange" variant="outline" title={said.risks}>
          {risks.map(({ code, message }) => (
            <Text key={code} size="sm">
              {message}
            </Text>
          ))}
        </Alert>
      )}
      {conflicts.length > 0 && <Text size="sm">{said.lost}</Text>}
      <List size="sm">
        {conflicts.map(({ name, kept, lost }) => (
          <List.Item key={name}>
            <b>{name}</b> <Value value={kept} /> (<Value value={lost} />)
          </List.Item>
        ))}
      </List>
      <PreviewList events={events} deliveries={deliveries} />
    </Stack>
  )
}
