import { Button, NumberInput, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Workspace } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Failed, Loaded } from './states.tsx'

const words = {
  title: ['Settings of {name}', 'Instellingen van {name}'],
  email: ['Find people by e-mail address', 'Personen vinden via e-mailadres'],
  unknown: ['Attributes nobody has yet', 'Attributen die nog niemand heeft'],
  region: ['Country of phone numbers without one', 'Land van telefoonnummers zonder land'],
  origins: [
    'Websites whose pages may call with tokens',
    "Websites waarvan pagina's met tokens mogen aanroepen",
  ],
  indexed: ['Attributes to search fast', 'Attributen om snel op te zoeken'],
  indexedHint: [
    'Each makes a write a little heavier. Names, addresses and ids are found fast without it.',
    'Elk maakt het schrijven iets zwaarder. Namen, adressen en ids zijn zonder dit snel te vinden.',
  ],
  days: ['Days to keep events', 'Dagen dat gebeurtenissen worden bewaard'],
  daysHint: [
    'Empty: as long as the server keeps them. Older ones are deleted for good, once an hour.',
    'Leeg: zolang de server ze bewaart. Oudere worden elk uur voorgoed verwijderd.',
  ],
  save: ['Save', 'Bewaren'],
  saved: ['Saved', 'Bewaard'],
} as const

export function SetUpWorkspace() {
  const said = useWords(words)
  const workspace = useQuery({
    queryKey: ['workspace'],
    queryFn: ({ signal }) => api.getWorkspace({ signal }),
  })
  const name = workspace.data?.name ?? ''
  return (
    <Section title={fill(said.title, { name })}>
      <Loaded query={workspace}>{(found) => <SettingsForm workspace={found} />}</Loaded>
    </Section>
  )
}

type Settings = Workspace['settings']

function SettingsForm({ workspace }: { workspace: Workspace }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [settings, setSettings] = useState<Settings>(workspace.settings)
  const set = (changed: Partial<Settings>) => setSettings({ ...settings, ...changed })
  const saving = useMutation({
    mutationFn: () => api.updateSettings({ body: settings }),
    onSuccess: (answer) => queries.setQueryData(['workspace'], answer),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    saving.mutate()
  }
  return (
    <Stack component="form" onSubmit={submit} maw={480}>
      <Switch
        label={said.email}
        checked={settings.email_matching}
        onChange={(event) => set({ email_matching: event.currentTarget.checked })}
      />
      <Select
        label={said.unknown}
        allowDeselect={false}
        data={['create', 'ignore', 'existing-only']}
        value={settings.unknown_keys}
        onChange={(to) => set({ unknown_keys: to as Settings['unknown_keys'] })}
      />
      <TextInput
        label={said.region}
        placeholder="NL"
        value={settings.phone_region ?? ''}
        onChange={(event) => set({ phone_region: event.currentTarget.value || null })}
      />
      <TagsInput
        label={said.origins}
        placeholder="https://shop.example"
        acceptValueOnBlur
        value={settings.allowed_origins}
        onChange={(allowed_origins) => set({ allowed_origins })}
      />
      <TagsInput
        label={said.indexed}
        description={said.indexedHint}
        acceptValueOnBlur
        value={settings.indexed_attributes}
        onChange={(indexed_attributes) => set({ indexed_attributes })}
      />
      <NumberInput
        label={said.days}
        description={said.daysHint}
        min={1}
        max={36_500}
        allowDecimal={false}
        value={settings.event_days ?? ''}
        onChange={(to) => set({ event_days: to === '' ? null : Number(to) })}
      />
      {saving.isError && <Failed error={saving.error} />}
      <Button type="submit" w="fit-content" loading={saving.isPending}>
        {saving.isSuccess ? said.saved : said.save}
      </Button>
    </Stack>
  )
}
