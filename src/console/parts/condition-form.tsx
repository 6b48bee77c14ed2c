import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { asTyped, asValue } from '../lib/json-text.ts'
import { type Comparison, operators, type When } from '../lib/rule-form.ts'
import { fill, useWords } from '../lib/words.tsx'

const words = {
  when: ['When', 'Wanneer'],
  always: ['always', 'altijd'],
  all: ['all of these hold', 'al deze dingen gelden'],
  any: ['one of these holds', 'een van deze dingen geldt'],
  other: [
    'This condition is made of parts within parts: it is edited as YAML.',
    'Deze voorwaarde heeft delen binnen delen: bewerk haar als YAML.',
  ],
  about: ['What', 'Wat'],
  event: ['the event has', 'de gebeurtenis heeft'],
  profile: ['the person has', 'de persoon heeft'],
  changed: ['it changed', 'gewijzigd is'],
  tag: ['the tag', 'het label'],
  name: ['Name', 'Naam'],
  operator: ['Comparison', 'Vergelijking'],
  value: ['Value', 'Waarde'],
  add: ['Add a comparison', 'Vergelijking toevoegen'],
  remove: ['Remove comparison {n}', 'Vergelijking {n} verwijderen'],
  there: ['is there', 'is er'],
} as const

interface ConditionProps {
  when: When
  onChange(when: When): void
}

export function ConditionForm({ when, onChange }: ConditionProps) {
  const said = useWords(words)
  if (when.kind === 'other') return <Text c="dimmed">{said.other}</Text>
  const comparisons = when.kind === 'always' ? [] : when.comparisons
  const kind = when.kind === 'any' ? 'any' : 'all'
  const setAll = (next: Comparison[]) => {
    onChange(next.length === 0 ? { kind: 'always' } : { kind, comparisons: next })
  }
  return (
    <Stack gap="xs">
      <Select
        label={said.when}
        maw={280}
        value={when.kind}
        allowDeselect={false}
        data={[
          { value: 'always', label: said.always },
          { value: 'all', label: said.all },
          { value: 'any', label: said.any },
        ]}
        onChange={(to) => {
          if (to === 'always') onChange({ kind: 'always' })
          else {
            const fresh = comparisons.length > 0 ? comparisons : [blank]
            onChange({ kind: to as 'all' | 'any', comparisons: fresh })
          }
        }}
      />
      {comparisons.map((comparison, index) => (
        <ComparisonForm
          // biome-ignore lint/suspicious/noArrayIndexKey: comparisons have nothing but their place
          key={index}
          comparison={comparison}
          removeLabel={fill(said.remove, { n: index + 1 })}
          onChange={(next) => setAll(comparisons.with(index, next))}
          onRemove={() => setAll(comparisons.toSpliced(index, 1))}
        />
      ))}
      {when.kind !== 'always' && (
        <Button
          variant="default"
          size="xs"
          w="fit-content"
          onClick={() => setAll([...comparisons, blank])}
        >
          {said.add}
        </Button>
      )}
    </Stack>
  )
}

const blank: Comparison = { about: 'profile', name: '', operator: 'is', value: '' }

interface ComparisonProps {
  comparison: Comparison
  removeLabel: string
  onChange(comparison: Comparison): void
  onRemove(): void
}

function ComparisonForm({ comparison, removeLabel, onChange, onRemove }: ComparisonProps) {
  const said = useWords(words)
  const { about, name, operator, value } = comparison
  const takesNone = about === 'tag' || about === 'changed'
  const change = (to: string | null) => {
    const next = (to ?? 'event') as Comparison['about']
    const plain = next === 'tag' || next === 'changed'
    const rest = plain ? { operator: '', value: undefined } : { operator: operator || 'is', value }
    onChange({ about: next, name, ...rest })
  }
  return (
    <Group gap="xs" align="flex-end">
      <Select
        aria-label={said.about}
        w={170}
        allowDeselect={false}
        value={about}
        data={(['event', 'profile', 'changed', 'tag'] as const).map((word) => ({
          value: word,
          label: said[word],
        }))}
        onChange={change}
      />
      <TextInput
        aria-label={said.name}
        placeholder={said.name}
        w={150}
        value={name}
        onChange={(event) => onChange({ ...comparison, name: event.currentTarget.value })}
      />
      {!takesNone && (
        <>
          <Select
            aria-label={said.operator}
            w={130}
            allowDeselect={false}
            value={operator}
            data={operators}
            onChange={(to) => onChange({ ...comparison, operator: to ?? 'is' })}
          />
          <TextInput
            aria-label={said.value}
            placeholder={said.value}
            w={150}
            value={asTyped(value)}
            onChange={(event) => {
              onChange({ ...comparison, value: asValue(event.currentTarget.value) })
            }}
          />
        </>
      )}
      <ActionIcon variant="default" size="lg" aria-label={removeLabel} onClick={onRemove}>
        ×
      </ActionIcon>
    </Group>
  )
}
