import { Autocomplete, NumberInput, Select, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { asTyped, asValue } from '../lib/json-text.ts'
import type { Json } from '../lib/rule-form.ts'
import { TemplateText } from './template-text.tsx'

interface SettingProps {
  name: string
  /** What the value may be, as JSON Schema. */
  schema: Json
  isRequired: boolean
  value: unknown
  suggestions: string[]
  /** Undefined leaves the setting out. */
  onChange(value: unknown): void
}

/** One setting of an action, with the kind of field that its schema asks for. */
export function SettingField({
  name,
  schema,
  isRequired,
  value,
  suggestions,
  onChange,
}: SettingProps) {
  const common = {
    label: name,
    description: typeof schema.description === 'string' ? schema.description : undefined,
    required: isRequired,
    maw: 480,
  }
  const text = (typed: string) => onChange(typed === '' ? undefined : typed)
  if (Array.isArray(schema.enum)) {
    return (
      <Select
        {...common}
        data={schema.enum.map(String)}
        value={typeof value === 'string' ? value : null}
        clearable={!isRequired}
        onChange={(to) => onChange(to ?? undefined)}
      />
    )
  }
  if (schema.type === 'array') {
    return (
      <TagsInput
        {...common}
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={(list) => onChange(list.length === 0 ? undefined : list)}
      />
    )
  }
  if (schema.type === 'number' || schema.type === 'integer') {
    return (
      <NumberInput
        {...common}
        value={typeof value === 'number' ? value : ''}
        onChange={(to) => onChange(to === '' ? undefined : Number(to))}
      />
    )
  }
  if (schema.type === 'string') {
    const shown = value === undefined ? '' : String(value)
    if (suggestions.length === 0) return <TemplateText {...common} value={shown} onChange={text} />
    return <Autocomplete {...common} data={suggestions} value={shown} onChange={text} />
  }
  return <JsonField {...common} value={value} onChange={onChange} />
}

type JsonProps = Pick<SettingProps, 'value' | 'onChange'> & {
  label: string
  description: string | undefined
  required: boolean
  maw: number
}

/** Keeps what is typed while it is not whole yet. */
function JsonField({ value, onChange, ...common }: JsonProps) {
  const [typed, setTyped] = useState(() => asTyped(value))
  return (
    <TemplateText
      {...common}
      value={typed}
      onChange={(text) => {
        setTyped(text)
        onChange(text === '' ? undefined : asValue(text))
      }}
    />
  )
}
