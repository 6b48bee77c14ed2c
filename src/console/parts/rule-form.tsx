import {
  NumberInput,
  Select,
  Stack,
  TagsInput,
  type TagsInputProps,
  TextInput,
} from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { memo } from 'react'
import type { RuleDefinition } from '../../client/client.js'
import { isMap } from '../lib/condition.ts'
import { actionsOf, inOrder, type Json } from '../lib/rule-form.ts'
import { eventTypes } from '../lib/rule-schema.ts'
import { useWords } from '../lib/words.tsx'
import { ConditionForm } from './condition-form.tsx'
import { StepsForm } from './steps-form.tsx'

const words = {
  name: ['Name', 'Naam'],
  nameHint: [
    'Small letters and digits with dashes between',
    'Kleine letters en cijfers met streepjes ertussen',
  ],
  on: ['On these event types', 'Bij deze soorten gebeurtenissen'],
  onHint: ['order.paid, or order.* for all of a group', 'order.paid, of order.* voor een groep'],
  sources: ['From', 'Van'],
  anywhere: ['anywhere', 'overal'],
  only: ['only from', 'alleen van'],
  not: ['not from', 'niet van'],
  sourceList: ['Sources', 'Bronnen'],
  sourceHint: ['Dialects, cli, rule, or rule:NAME', 'Dialecten, cli, rule of rule:NAAM'],
  cancelOn: ['What waits is cancelled by', 'Wat wacht wordt geannuleerd door'],
  cancelHint: [
    'Event types about the same person; empty is none',
    'Soorten gebeurtenissen over dezelfde persoon; leeg is geen',
  ],
  cancelWhen: ['Cancelled when', 'Geannuleerd wanneer'],
  perMinute: ['Runs for one person in a minute at most', 'Keren per persoon per minuut, hoogstens'],
} as const

interface FormProps {
  definition: RuleDefinition
  schema: Json
  onChange(definition: RuleDefinition): void
}

/** Drawn anew when the rule changes alone: it is the largest part of its page. */
export const RuleForm = memo(function RuleForm({ definition, schema, onChange }: FormProps) {
  const said = useWords(words)
  const rule = definition as { name?: string; on?: string[]; steps?: Json[]; per_minute?: number }
  const set = (key: string, value: unknown) => {
    const { [key]: _, ...rest } = definition
    onChange(inOrder(value === undefined ? rest : { ...rest, [key]: value }))
  }
  return (
    <Stack>
      <TextInput
        label={said.name}
        description={said.nameHint}
        required
        maw={480}
        value={rule.name ?? ''}
        onChange={(event) => set('name', event.currentTarget.value)}
      />
      <TypesInput
        label={said.on}
        description={said.onHint}
        required
        value={Array.isArray(rule.on) ? rule.on : []}
        onChange={(on) => set('on', on)}
      />
      <Sources definition={definition} onChange={(sources) => set('sources', sources)} />
      <ConditionForm
        condition={isMap(definition.when) ? definition.when : undefined}
        onChange={(when) => set('when', when)}
      />
      <StepsForm
        steps={Array.isArray(rule.steps) ? rule.steps : []}
        actions={actionsOf(schema)}
        onChange={(steps) => set('steps', steps)}
      />
      <NumberInput
        label={said.perMinute}
        maw={480}
        min={1}
        value={rule.per_minute ?? ''}
        onChange={(to) => set('per_minute', to === '' ? undefined : Number(to))}
      />
      <CancelWhen
        cancel={definition.cancel_when as Cancel | undefined}
        onChange={(cancel) => set('cancel_when', cancel)}
      />
    </Stack>
  )
})

/** Event types, out of those that came of late; no other part waits for what these are. */
function TypesInput(props: TagsInputProps) {
  const types = useQuery(eventTypes)
  return <TagsInput {...props} maw={480} data={types.data ?? []} acceptValueOnBlur />
}

interface Cancel {
  on?: string[]
  when?: Json
}

interface CancelProps {
  cancel: Cancel | undefined
  onChange(cancel: Cancel | undefined): void
}

/** Of interest to rules that wait; it is there for all, since a wait may be added. */
function CancelWhen({ cancel, onChange }: CancelProps) {
  const said = useWords(words)
  return (
    <>
      <TypesInput
        label={said.cancelOn}
        description={said.cancelHint}
        value={cancel?.on ?? []}
        onChange={(on) => onChange(on.length === 0 ? undefined : { ...cancel, on })}
      />
      {cancel && (
        <ConditionForm
          label={said.cancelWhen}
          condition={isMap(cancel.when) ? cancel.when : undefined}
          onChange={(when) =>
            onChange({ ...(cancel.on && { on: cancel.on }), ...(when && { when }) })
          }
        />
      )}
    </>
  )
}

interface SourcesProps {
  definition: RuleDefinition
  onChange(sources: Json | undefined): void
}

function Sources({ definition, onChange }: SourcesProps) {
  const said = useWords(words)
  const { sources } = definition as { sources?: { only?: string[]; not?: string[] } }
  const kind = sources?.only ? 'only' : sources?.not ? 'not' : 'anywhere'
  const list = sources?.only ?? sources?.not ?? []
  return (
    <>
      <Select
        label={said.sources}
        maw={280}
        allowDeselect={false}
        value={kind}
        data={(['anywhere', 'only', 'not'] as const).map((value) => ({
          value,
          label: said[value],
        }))}
        onChange={(to) => onChange(to === 'anywhere' || to === null ? undefined : { [to]: list })}
      />
      {kind !== 'anywhere' && (
        <TagsInput
          label={said.sourceList}
          description={said.sourceHint}
          maw={480}
          acceptValueOnBlur
          value={list}
          onChange={(next) => onChange({ [kind]: next })}
        />
      )}
    </>
  )
}
