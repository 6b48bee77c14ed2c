import { Alert, Button, Code, Group, NumberInput, Stack, Switch, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Destination, DestinationDefinition } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { destinationTypesOf, type Json } from '../lib/rule-form.ts'
import { ruleSchema } from '../lib/rule-schema.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Dialog } from './dialog.tsx'
import { Copy } from './sample-calls.tsx'
import { Failed } from './states.tsx'

const words = {
  add: ['New destination', 'Nieuwe bestemming'],
  edit: ['Edit {name}', '{name} bewerken'],
  name: ['Name', 'Naam'],
  nameHint: ['Small letters and digits with dashes', 'Kleine letters en cijfers met streepjes'],
  url: ['Address', 'Adres'],
  private: ['It is on a private network', 'Het is op een eigen netwerk'],
  rate: ['Calls at most', 'Hoogstens zoveel aanroepen'],
  rateHint: ['50/s, 100/m or 1000/h', '50/s, 100/m of 1000/h'],
  attempts: ['Attempts before it is given up on', 'Pogingen voordat het opgegeven wordt'],
  header: ['Header that proves who calls', 'Header die bewijst wie aanroept'],
  value: ['Its value', 'De waarde'],
  valueHint: ['Empty leaves it as it is', 'Leeg laat het zoals het is'],
  save: ['Save', 'Bewaren'],
  once: [
    'The signing secret is shown this once. Give it to the receiver.',
    'Het ondertekengeheim wordt alleen nu getoond. Geef het aan de ontvanger.',
  ],
  close: ['Close', 'Sluiten'],
} as const

interface EditProps {
  stored: Destination | null
  onClose(): void
}

/** What is typed into the fields. */
interface Typed {
  name: string
  header: string
  value: string
  definition: DestinationDefinition
}

export function EditDestination({ stored, onClose }: EditProps) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [typed, setTyped] = useState<Typed>({
    name: stored?.name ?? '',
    header: stored?.definition.auth?.header ?? '',
    value: '',
    definition: stored?.definition ?? { type: '', url: '' },
  })
  const saving = useMutation({
    mutationFn: async () => save(typed, await queries.ensureQueryData(ruleSchema)),
    onSuccess: async ({ secret }) => {
      await queries.invalidateQueries({ queryKey: ['destinations'] })
      if (secret === null) onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  const secret = saving.data?.secret
  const title = stored ? fill(said.edit, stored) : said.add
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      {secret ? (
        <Stack>
          <ShownSecret secret={secret} />
          <Button onClick={onClose}>{said.close}</Button>
        </Stack>
      ) : (
        <Stack component="form" onSubmit={submit}>
          <Fields typed={typed} isNew={stored === null} onChange={setTyped} />
          {saving.isError && <Failed error={saving.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={saving.isPending}>
              {said.save}
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  )
}

export function ShownSecret({ secret }: { secret: string }) {
  const said = useWords(words)
  return (
    <Alert variant="outline" color="teal" title={said.once} role="status">
      <Group>
        <Code>{secret}</Code>
        <Copy text={secret} />
      </Group>
    </Alert>
  )
}

interface FieldsProps {
  typed: Typed
  isNew: boolean
  onChange(typed: Typed): void
}

function Fields({ typed, isNew, onChange }: FieldsProps) {
  const said = useWords(words)
  const { definition } = typed
  const define = (changed: Partial<DestinationDefinition>) => {
    onChange({ ...typed, definition: { ...definition, ...changed } })
  }
  return (
    <>
      {isNew && (
        <TextInput
          label={said.name}
          description={said.nameHint}
          required
          data-autofocus
          value={typed.name}
          onChange={(event) => onChange({ ...typed, name: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={said.url}
        placeholder="https://shop.example/hooks"
        required
        value={definition.url}
        onChange={(event) => define({ url: event.currentTarget.value })}
      />
      <Switch
        label={said.private}
        checked={definition.allow_private ?? false}
        onChange={(event) => define({ allow_private: event.currentTarget.checked })}
      />
      <TextInput
        label={said.rate}
        placeholder={said.rateHint}
        value={definition.rate ?? ''}
        onChange={(event) => define({ rate: event.currentTarget.value })}
      />
      <NumberInput
        label={said.attempts}
        min={1}
        max={50}
        value={definition.retry?.attempts ?? ''}
        onChange={(to) => {
          const { attempts: _, ...retry } = definition.retry ?? {}
          define({ retry: to === '' ? retry : { ...retry, attempts: Number(to) } })
        }}
      />
      <TextInput
        label={said.header}
        placeholder="Authorization"
        value={typed.header}
        onChange={(event) => onChange({ ...typed, header: event.currentTarget.value })}
      />
      {typed.header !== '' && (
        <TextInput
          label={said.value}
          description={isNew ? undefined : said.valueHint}
          value={typed.value}
          onChange={(event) => onChange({ ...typed, value: event.currentTarget.value })}
        />
      )}
    </>
  )
}

function save({ name, header, value, definition }: Typed, schema: Json) {
  const { auth: _, rate, retry, ...rest } = definition
  return api.putDestination({
    name,
    body: {
      ...rest,
      type: definition.type || (destinationTypesOf(schema)[0] ?? ''),
      ...(rate && { rate }),
      ...(retry && Object.keys(retry).length > 0 && { retry }),
      ...(header !== '' && { auth: { header, ...(value !== '' && { value }) } }),
    },
  })
}
