import { Autocomplete, Group, Select, Stack, TextInput } from '@mantine/core'
import { useContext } from 'react'
import { isMap } from '../lib/condition.ts'
import type { Json } from '../lib/rule-form.ts'
import { RulePreview } from '../lib/rule-preview.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  what: ['Wait', 'Wachten'],
  duration: ['for a time', 'een tijd lang'],
  moment: ['until a moment', 'tot een moment'],
  attribute: ['until a time that is stored', 'tot een tijd die is opgeslagen'],
  hours: ['while it is quiet hours', 'zolang het rusttijd is'],
  how: ['How long', 'Hoe lang'],
  howHint: ['PT10M is ten minutes, P1D a day', 'PT10M is tien minuten, P1D een dag'],
  when: ['Until when', 'Tot wanneer'],
  whenHint: ['Such as 2026-12-01T09:00:00Z', 'Zoals 2026-12-01T09:00:00Z'],
  of: ['Of', 'Van'],
  profile: ['the person', 'de persoon'],
  event: ['the event', 'de gebeurtenis'],
  name: ['Attribute', 'Attribuut'],
  plus: ['And then', 'En dan'],
  plusHint: ['-P3D is three days before it', '-P3D is drie dagen ervoor'],
  from: ['From', 'Van'],
  to: ['To', 'Tot'],
  zone: ['Time zone', 'Tijdzone'],
  zoneFrom: ['Or the zone that this attribute names', 'Of de zone die dit attribuut noemt'],
} as const

const kinds = ['duration', 'moment', 'attribute', 'hours'] as const
type Kind = (typeof kinds)[number]

const fresh: { [K in Kind]: unknown } = {
  duration: 'PT10M',
  moment: { until: '' },
  attribute: { until: { profile: '' } },
  hours: { quiet_hours: { from: '21:00', to: '08:00', zone: 'Europe/Amsterdam' } },
}

export function WaitForm({ wait, onChange }: { wait: unknown; onChange(wait: unknown): void }) {
  const said = useWords(words)
  const kind = kindOf(wait)
  const { until, quiet_hours: hours } = isMap(wait) ? wait : {}
  return (
    <Stack gap="xs">
      <Select
        label={said.what}
        maw={280}
        allowDeselect={false}
        value={kind}
        data={kinds.map((value) => ({ value, label: said[value] }))}
        onChange={(to) => to !== null && onChange(fresh[to as Kind])}
      />
      {kind === 'duration' && (
        <TextInput
          label={said.how}
          description={said.howHint}
          maw={280}
          value={String(wait)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {kind === 'moment' && (
        <TextInput
          label={said.when}
          description={said.whenHint}
          maw={280}
          value={String(until)}
          onChange={(event) => onChange({ until: event.currentTarget.value })}
        />
      )}
      {kind === 'attribute' && isMap(until) && (
        <AttributeTime until={until} onChange={(to) => onChange({ until: to })} />
      )}
      {kind === 'hours' && isMap(hours) && (
        <QuietHours hours={hours} onChange={(to) => onChange({ quiet_hours: to })} />
      )}
    </Stack>
  )
}

function kindOf(wait: unknown): Kind {
  if (!isMap(wait)) return 'duration'
  if (isMap(wait.quiet_hours)) return 'hours'
  return isMap(wait.until) ? 'attribute' : 'moment'
}

function AttributeTime({ until, onChange }: { until: Json; onChange(until: Json): void }) {
  const said = useWords(words)
  const { names } = useContext(RulePreview)
  const root = typeof until.event === 'string' ? 'event' : 'profile'
  const { [root]: name, plus } = until
  const set = (of: 'event' | 'profile', to: string, more: unknown) =>
    onChange({ [of]: to, ...(more !== undefined && more !== '' && { plus: more }) })
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={said.of}
        w={150}
        allowDeselect={false}
        value={root}
        data={(['profile', 'event'] as const).map((value) => ({ value, label: said[value] }))}
        onChange={(to) => set(to as 'event' | 'profile', String(name ?? ''), plus)}
      />
      <Autocomplete
        label={said.name}
        w={170}
        limit={20}
        data={names[root]}
        value={String(name ?? '')}
        onChange={(to) => set(root, to, plus)}
      />
      <TextInput
        label={said.plus}
        description={said.plusHint}
        w={190}
        value={String(plus ?? '')}
        onChange={(event) => set(root, String(name ?? ''), event.currentTarget.value)}
      />
    </Group>
  )
}

function QuietHours({ hours, onChange }: { hours: Json; onChange(hours: Json): void }) {
  const said = useWords(words)
  const { names } = useContext(RulePreview)
  const zone = isMap(hours.zone) ? hours.zone : null
  const fixed = String(zone ? (zone.default ?? '') : (hours.zone ?? ''))
  const named = String(zone?.profile ?? '')
  const setZone = (place: string, attribute: string) =>
    onChange({
      ...hours,
      zone: attribute === '' ? place : { profile: attribute, default: place },
    })
  return (
    <Group gap="xs" align="flex-end">
      {(['from', 'to'] as const).map((side) => (
        <TextInput
          key={side}
          label={said[side]}
          w={90}
          value={String(hours[side] ?? '')}
          onChange={(event) => onChange({ ...hours, [side]: event.currentTarget.value })}
        />
      ))}
      <TextInput
        label={said.zone}
        w={190}
        value={fixed}
        onChange={(event) => setZone(event.currentTarget.value, named)}
      />
      <Autocomplete
        label={said.zoneFrom}
        w={270}
        limit={20}
        data={names.profile}
        value={named}
        onChange={(to) => setZone(fixed, to)}
      />
    </Group>
  )
}
