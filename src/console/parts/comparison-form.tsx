import { Autocomplete, Group, NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { type ReactNode, useContext } from 'react'
import {
  type About,
  aboutAnother,
  abouts,
  blankTest,
  type Comparison,
  type Operator,
  operators,
  type Test,
} from '../lib/condition.ts'
import { conditionWords as words } from '../lib/condition-words.ts'
import { asTyped, asValue } from '../lib/json-text.ts'
import { RulePreview } from '../lib/rule-preview.ts'
import { useWords } from '../lib/words.tsx'

interface ComparisonProps {
  comparison: Comparison
  onChange(comparison: Comparison): void
  /** Stands at its end. */
  children: ReactNode
}

export function ComparisonForm({ comparison, onChange, children }: ComparisonProps) {
  const said = useWords(words)
  const { names } = useContext(RulePreview)
  const { about, name } = comparison
  const known = about === 'event' ? names.event : namesAProfile(about) ? names.profile : []
  return (
    <Group gap="xs" align="flex-end">
      <Select
        aria-label={said.about}
        w={170}
        allowDeselect={false}
        value={about}
        data={abouts.map((word) => ({ value: word, label: said[word] }))}
        onChange={(to) => onChange(aboutAnother(comparison, (to ?? about) as About))}
      />
      <Autocomplete
        aria-label={said.name}
        placeholder={said.name}
        w={170}
        data={known}
        limit={20}
        value={name}
        onChange={(typed) => onChange({ ...comparison, name: typed })}
      />
      {'test' in comparison && (
        <TestForm
          test={comparison.test}
          onChange={(test: Test) => onChange({ ...comparison, test })}
        />
      )}
      {'isThere' in comparison && (
        <Select
          aria-label={said.presence}
          w={150}
          allowDeselect={false}
          value={String(comparison.isThere)}
          data={[
            { value: 'true', label: said.there },
            { value: 'false', label: said.notThere },
          ]}
          onChange={(to) => onChange({ ...comparison, isThere: to !== 'false' })}
        />
      )}
      {comparison.about === 'changed' &&
        (['from', 'to'] as const).map((side) => (
          <TestForm
            key={side}
            label={said[side]}
            none={side === 'from' ? said.whatever : said.whateverNow}
            test={comparison[side]}
            onChange={(test: Test | null) => onChange({ ...comparison, [side]: test })}
          />
        ))}
      {children}
    </Group>
  )
}

function namesAProfile(about: About): boolean {
  return about !== 'tag' && about !== 'record'
}

type TestProps =
  | { label?: undefined; none?: undefined; test: Test; onChange(test: Test): void }
  | { label: string; none: string; test: Test | null; onChange(test: Test | null): void }

function TestForm({ label, none, test, onChange }: TestProps) {
  const said = useWords(words)
  const change = (to: string | null) => {
    if (to === null || to === '') (onChange as (none: null) => void)(null)
    else onChange(withOperator(test ?? blankTest, to as Operator))
  }
  return (
    <>
      <Select
        aria-label={label ?? said.operator}
        w={none === undefined ? 150 : 190}
        allowDeselect={false}
        value={test?.operator ?? ''}
        data={[
          ...(none === undefined ? [] : [{ value: '', label: none }]),
          ...operators.map((word) => ({ value: word, label: said[word] })),
        ]}
        onChange={change}
      />
      {test && <ValueForm test={test} onChange={(value) => onChange({ ...test, value })} />}
    </>
  )
}

/** What is compared with is kept where the new operator takes the same kind of value. */
function withOperator({ operator, value }: Test, to: Operator): Test {
  if (kindOf(operator) === kindOf(to)) return { operator: to, value }
  const first = Array.isArray(value) ? value[0] : value
  switch (kindOf(to)) {
    case 'list':
      return { operator: to, value: first === '' || first === undefined ? [] : [first] }
    case 'range':
      return { operator: to, value: [0, typeof first === 'number' ? first : 0] }
    case 'number':
      return { operator: to, value: typeof first === 'number' ? first : 0 }
    case 'boolean':
      return { operator: to, value: true }
    case 'text':
      return { operator: to, value: typeof first === 'boolean' ? '' : String(first ?? '') }
    default:
      return { operator: to, value: typeof first === 'boolean' ? '' : (first ?? '') }
  }
}

function kindOf(operator: Operator): 'list' | 'range' | 'number' | 'boolean' | 'text' | 'any' {
  if (operator === 'one_of') return 'list'
  if (operator === 'between') return 'range'
  if (operator.endsWith('_with') || operator === 'matches') return 'text'
  if (operator === 'greater' || operator === 'less') return 'number'
  return operator === 'exists' ? 'boolean' : 'any'
}

function ValueForm({ test, onChange }: { test: Test; onChange(value: unknown): void }) {
  const said = useWords(words)
  const { operator, value } = test
  const common = { 'aria-label': said.value, placeholder: said.value, w: 150 }
  switch (kindOf(operator)) {
    case 'list':
      return (
        <TagsInput
          {...common}
          w={220}
          acceptValueOnBlur
          value={Array.isArray(value) ? value.map(asTyped) : []}
          onChange={(list) => onChange(list.map(asValue))}
        />
      )
    case 'range': {
      const [least, most] = Array.isArray(value) ? value : [0, 0]
      return (
        <>
          <Amount label={said.least} value={least} onChange={(to) => onChange([to, most])} />
          <Amount label={said.most} value={most} onChange={(to) => onChange([least, to])} />
        </>
      )
    }
    case 'number':
      return <Amount label={said.value} value={value} onChange={onChange} />
    case 'boolean':
      return (
        <Select
          {...common}
          allowDeselect={false}
          value={String(value)}
          data={[
            { value: 'true', label: said.yes },
            { value: 'false', label: said.no },
          ]}
          onChange={(to) => onChange(to !== 'false')}
        />
      )
    case 'text':
      return (
        <TextInput
          {...common}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
    default:
      return (
        <TextInput
          {...common}
          value={asTyped(value)}
          onChange={(event) => onChange(asValue(event.currentTarget.value))}
        />
      )
  }
}

interface AmountProps {
  label: string
  value: unknown
  onChange(value: unknown): void
}

function Amount({ label, value, onChange }: AmountProps) {
  return (
    <NumberInput
      aria-label={label}
      placeholder={label}
      w={110}
      hideControls
      value={typeof value === 'number' ? value : ''}
      onChange={(to) => onChange(to === '' ? '' : Number(to))}
    />
  )
}
