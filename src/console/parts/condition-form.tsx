import { ActionIcon, Button, Code, Group, Paper, Select, Stack, Text } from '@mantine/core'
import {
  asGroup,
  blankComparison,
  comparisonOf,
  groupOf,
  type Join,
  ofComparison,
  ofGroup,
} from '../lib/condition.ts'
import { conditionWords } from '../lib/condition-words.ts'
import type { Json } from '../lib/rule-form.ts'
import { fill, useWords } from '../lib/words.tsx'
import { ComparisonForm } from './comparison-form.tsx'

const words = {
  ...conditionWords,
  when: ['When', 'Wanneer'],
  always: ['always', 'altijd'],
  group: ['Group {n}', 'Groep {n}'],
  other: ['This comparison is edited as YAML:', 'Bewerk deze vergelijking als YAML:'],
  add: ['Add a comparison', 'Vergelijking toevoegen'],
  addGroup: ['Add a group', 'Groep toevoegen'],
  remove: ['Remove comparison {n}', 'Vergelijking {n} verwijderen'],
  removeGroup: ['Remove group {n}', 'Groep {n} verwijderen'],
} as const

/** How deep groups may be made by picking; deeper ones that are there are shown all the same. */
const depthMax = 4

interface ConditionProps {
  label?: string
  /** Undefined always holds. */
  condition: Json | undefined
  /** A check has to have one. */
  isNeeded?: boolean
  onChange(condition: Json | undefined): void
}

export function ConditionForm({ label, condition, isNeeded, onChange }: ConditionProps) {
  const said = useWords(words)
  const named = label ?? said.when
  if (condition === undefined && !isNeeded) {
    const begin = (to: Join | 'always') => {
      if (to !== 'always') onChange(ofGroup({ join: to, parts: [blankComparison] }))
    }
    return <JoinSelect label={named} value="always" withAlways onChange={begin} />
  }
  return (
    <GroupForm
      label={named}
      condition={condition ?? blankComparison}
      depth={1}
      withAlways={!isNeeded}
      place=""
      onChange={onChange}
    />
  )
}

interface GroupProps {
  label: string
  condition: Json
  depth: number
  withAlways?: boolean
  /** Its place among all, such as `2.1.`; tells buttons apart. */
  place: string
  onChange(condition: Json | undefined): void
}

function GroupForm({ label, condition, depth, withAlways = false, place, onChange }: GroupProps) {
  const said = useWords(words)
  const { join, parts } = asGroup(condition)
  const setParts = (next: Json[]) =>
    onChange(next.length === 0 ? undefined : ofGroup({ join, parts: next }))
  const setJoin = (to: Join | 'always') =>
    onChange(to === 'always' ? undefined : ofGroup({ join: to, parts }))
  return (
    <Stack gap="xs">
      <JoinSelect label={label} value={join} withAlways={withAlways} onChange={setJoin} />
      {parts.map((part, index) => (
        <PartForm
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing but their place
          key={index}
          condition={part}
          depth={depth}
          n={`${place}${index + 1}`}
          onChange={(next) =>
            setParts(next === undefined ? parts.toSpliced(index, 1) : parts.with(index, next))
          }
        />
      ))}
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          aria-label={place === '' ? undefined : `${said.add} (${place.slice(0, -1)})`}
          onClick={() => setParts([...parts, blankComparison])}
        >
          {said.add}
        </Button>
        {depth < depthMax && (
          <Button
            variant="default"
            size="xs"
            aria-label={place === '' ? undefined : `${said.addGroup} (${place.slice(0, -1)})`}
            onClick={() => setParts([...parts, { any: [blankComparison] }])}
          >
            {said.addGroup}
          </Button>
        )}
      </Group>
    </Stack>
  )
}

interface PartProps {
  condition: Json
  depth: number
  n: string
  onChange(condition: Json | undefined): void
}

function PartForm({ condition, depth, n, onChange }: PartProps) {
  const said = useWords(words)
  const isGroup = groupOf(condition) !== null
  const comparison = isGroup ? null : comparisonOf(condition)
  const label = fill(said.group, { n })
  const away = (
    <ActionIcon
      variant="default"
      size="lg"
      aria-label={fill(isGroup ? said.removeGroup : said.remove, { n })}
      onClick={() => onChange(undefined)}
    >
      ×
    </ActionIcon>
  )
  if (isGroup) {
    return (
      <Paper withBorder p="sm" role="group" aria-label={label}>
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <GroupForm
            label={label}
            condition={condition}
            depth={depth + 1}
            place={`${n}.`}
            onChange={onChange}
          />
          {away}
        </Group>
      </Paper>
    )
  }
  if (comparison === null) {
    return (
      <Group align="flex-start">
        <Stack gap={4}>
          <Text size="sm">{said.other}</Text>
          <Code block>{JSON.stringify(condition)}</Code>
        </Stack>
        {away}
      </Group>
    )
  }
  return (
    <ComparisonForm comparison={comparison} onChange={(next) => onChange(ofComparison(next))}>
      {away}
    </ComparisonForm>
  )
}

interface JoinProps {
  label: string
  value: Join | 'always'
  withAlways: boolean
  onChange(to: Join | 'always'): void
}

function JoinSelect({ label, value, withAlways, onChange }: JoinProps) {
  const said = useWords(words)
  const choices = [...(withAlways ? (['always'] as const) : []), 'all', 'any', 'none'] as const
  return (
    <Select
      label={label}
      maw={280}
      value={value}
      allowDeselect={false}
      data={choices.map((choice) => ({ value: choice, label: said[choice] }))}
      onChange={(to) => to !== null && onChange(to as Join | 'always')}
    />
  )
}
