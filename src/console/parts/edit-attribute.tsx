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
  changed: [
    'It became {value} since this was opened. Close this, and look before you change it.',
    'Het is {value} geworden sinds dit open staat. Sluit dit, en kijk voor je het wijzigt.',
  ],
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
  const [was] = useState(() => asTyped(profile.attributes[name]))
  const [typed, setTyped] = useState(was)
  const saving = useMutation({
    mutationFn: async (set: { [name: string]: unknown }) => {
      // Others may change the person all the time; what matters is this attribute.
      const now = await api.getProfile({ id: profile.id })
      const [changed = ''] = Object.keys(set)
      const is = asTyped(now.attributes[changed])
      if (is !== was) throw new Error(fill(said.changed, { value: is || '∅' }))
      return api.patchProfile({ id: now.id, body: { set }, ifMatch: `"${now.version}"` })
    },
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
              <Button
                variant="default"
                disabled={saving.isPending}
                onClick={() => saving.mutate({ [name]: null })}
              >
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
