import {
  ActionIcon,
  Button,
  Code,
  Group,
  Paper,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core'
import type { ActionSchema, Json } from '../lib/rule-form.ts'
import { fill, useWords } from '../lib/words.tsx'
import { SettingField } from './setting-field.tsx'

const words = {
  title: ['Then', 'Dan'],
  step: ['Step {n}', 'Stap {n}'],
  does: ['What it does', 'Wat hij doet'],
  wait: ['wait', 'wachten'],
  stop: ['stop', 'stoppen'],
  how: ['How long', 'Hoe lang'],
  howHint: ['PT10M is ten minutes, P1D a day', 'PT10M is tien minuten, P1D een dag'],
  yaml: ['This step is edited as YAML:', 'Bewerk deze stap als YAML:'],
  add: ['Add a step', 'Stap toevoegen'],
  remove: ['Remove step {n}', 'Stap {n} verwijderen'],
  up: ['Move step {n} up', 'Stap {n} omhoog'],
} as const

interface StepsProps {
  steps: Json[]
  actions: ActionSchema[]
  destinations: string[]
  onChange(steps: Json[]): void
}

export function StepsForm({ steps, actions, destinations, onChange }: StepsProps) {
  const said = useWords(words)
  return (
    <Stack gap="xs">
      <Text fw={600}>{said.title}</Text>
      {steps.map((step, index) => (
        <Paper
          // biome-ignore lint/suspicious/noArrayIndexKey: steps have nothing but their place
          key={index}
          withBorder
          p="sm"
          role="group"
          aria-label={fill(said.step, { n: index + 1 })}
        >
          <Group justify="space-between" align="flex-start" wrap="nowrap">
            <StepForm
              step={step}
              actions={actions}
              destinations={destinations}
              onChange={(next) => onChange(steps.with(index, next))}
            />
            <Group gap={4} wrap="nowrap">
              {index > 0 && (
                <ActionIcon
                  variant="default"
                  aria-label={fill(said.up, { n: index + 1 })}
                  onClick={() => {
                    const before = steps[index - 1] as Json
                    onChange(steps.with(index - 1, step).with(index, before))
                  }}
                >
                  ↑
                </ActionIcon>
              )}
              <ActionIcon
                variant="default"
                aria-label={fill(said.remove, { n: index + 1 })}
                onClick={() => onChange(steps.toSpliced(index, 1))}
              >
                ×
              </ActionIcon>
            </Group>
          </Group>
        </Paper>
      ))}
      <Button
        variant="default"
        size="xs"
        w="fit-content"
        onClick={() => onChange([...steps, { action: actions[0]?.type ?? '', with: {} }])}
      >
        {said.add}
      </Button>
    </Stack>
  )
}

interface StepProps {
  step: Json
  actions: ActionSchema[]
  destinations: string[]
  onChange(step: Json): void
}

function StepForm({ step, actions, destinations, onChange }: StepProps) {
  const said = useWords(words)
  const kind = kindOf(step)
  if (kind === null) {
    return (
      <Stack gap={4}>
        <Text size="sm">{said.yaml}</Text>
        <Code block>{JSON.stringify(step, null, 2)}</Code>
      </Stack>
    )
  }
  const action = actions.find(({ type }) => type === kind)
  const settings = (step.with ?? {}) as Json
  const change = (to: string | null) => {
    if (to === '=wait') onChange({ wait: 'PT10M' })
    else if (to === '=stop') onChange({ stop: true })
    else if (to !== null) onChange({ action: to, with: {} })
  }
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = settings
    onChange({ action: kind, with: value === undefined ? rest : { ...rest, [name]: value } })
  }
  return (
    <Stack gap="xs" flex={1}>
      <Select
        label={said.does}
        maw={280}
        searchable
        allowDeselect={false}
        value={kind}
        data={[
          ...actions.map(({ type }) => ({ value: type, label: type })),
          { value: '=wait', label: said.wait },
          { value: '=stop', label: said.stop },
        ]}
        onChange={change}
      />
      {kind === '=wait' && (
        <TextInput
          label={said.how}
          description={said.howHint}
          maw={280}
          value={String(step.wait)}
          onChange={(event) => onChange({ wait: event.currentTarget.value })}
        />
      )}
      {Object.entries(action?.properties ?? {}).map(([name, schema]) => (
        <SettingField
          key={name}
          name={name}
          schema={schema}
          isRequired={action?.required.includes(name) ?? false}
          value={settings[name]}
          suggestions={name === 'destination' ? destinations : []}
          onChange={(value) => set(name, value)}
        />
      ))}
    </Stack>
  )
}

/** The action's type, `=wait` or `=stop`; null for what has no form. */
function kindOf(step: Json): string | null {
  if (typeof step.action === 'string') return step.action
  if (typeof step.wait === 'string') return '=wait'
  return step.stop === true ? '=stop' : null
}
