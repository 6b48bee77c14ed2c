import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Profile } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { asTyped, asValue } from '../lib/json-text.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Dialog } from './dialog.tsx'
import { Failed } from './states.tsx'

const words = {
  edit: ['Edit {name}', '{name} bewerken'],
  add: ['Add an attribute', 'Attribuut toevoegen'],
  name: ['Name', 'Naam'],
  value: ['Value', 'Waarde'],
  hint: [
    'Text as it is; a number, true, false, a list or a map as JSON. In double quotes it is text.',
    'Tekst zoals het is; een getal, true, false, lijst of object als JSON. Tussen dubbele aanhalingstekens is het tekst.',
  ],
  save: ['Save', 'Bewaren'],
  clear: ['Clear', 'Wissen'],
} as const

interface EditProps {
  profile: Profile
  /** Empty for a new one. */
  name: string
  onClose(): void
}

export function EditAttribute({ profile, name, onClose }: EditProps) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [newName, setNewName] = useState(name)
  const [typed, setTyped] = useState(() => asTyped(profile.attributes[name]))
  const saving = useMutation({
    mutationFn: (set: { [name: string]: unknown }) =>
      api.patchProfile({ id: profile.id, body: { set }, ifMatch: `"${profile.version}"` }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['person', profile.id] }).then(onClose),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate({ [newName.trim()]: asValue(typed) })
  }
  return (
    <Dialog isOpen onClose={onClose} title={name === '' ? said.add : fill(said.edit, { name })}>
      <form onSubmit={submit}>
        <Stack>
          {name === '' && (
            <TextInput
              label={said.name}
              value={newName}
              onChange={(event) => setNewName(event.currentTarget.value)}
              required
              data-autofocus
            />
          )}
          <Textarea
            label={said.value}
            description={said.hint}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autosize
            maxRows={16}
          />
          {saving.isError && <Failed error={saving.error} />}
          <Group justify="flex-end">
            {name !== '' && (
              <Button variant="default" onClick={() => saving.mutate({ [name]: null })}>
                {said.clear}
              </Button>
            )}
            <Button type="submit" loading={saving.isPending}>
              {said.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
