import { Button, Code, Menu, Select, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ActionSchema, Json } from '../lib/rule-form.ts'
import { destinationNames } from '../lib/rule-schema.ts'
import { useWords } from '../lib/words.tsx'
import { ConditionForm } from './condition-form.tsx'
import { SettingField } from './setting-field.tsx'
import { StepPreview } from './step-preview.tsx'
import { StepsForm } from './steps-form.tsx'
import { WaitForm } from './wait-form.tsx'

const words = {
  does: ['What it does', 'Wat hij doet'],
  wait: ['wait', 'wachten'],
  check: ['check, and go on if it holds', 'controleren, en verder als het geldt'],
  stop: ['stop', 'stoppen'],
  holds: ['Goes on when', 'Gaat verder als'],
  otherwise: ['Otherwise', 'Anders'],
  yaml: ['This step is edited as YAML:', 'Bewerk deze stap als YAML:'],
  more: ['Add a setting', 'Instelling toevoegen'],
} as const

/** Up to so many settings are all there at once; of more those that are set or have to be. */
const settingsAtOnce = 3

interface StepProps {
  step: Json
  /** Its path among the steps, such as `1.0`. */
  path: string
  actions: ActionSchema[]
  onChange(step: Json): void
}

export function StepForm({ step, path, actions, onChange }: StepProps) {
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
  const change = (to: string | null) => {
    if (to === '=wait') onChange({ wait: 'PT10M' })
    else if (to === '=check') onChange({ check: { profile: '', is: '' } })
    else if (to === '=stop') onChange({ stop: true })
    else if (to !== null) onChange({ action: to, with: {} })
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
          { value: '=check', label: said.check },
          { value: '=stop', label: said.stop },
        ]}
        onChange={change}
      />
      {kind === '=wait' && <WaitForm wait={step.wait} onChange={(wait) => onChange({ wait })} />}
      {kind === '=check' && (
        <>
          <ConditionForm
            label={said.holds}
            isNeeded
            condition={step.check as Json}
            onChange={(check) => onChange({ ...step, check: check ?? { profile: '', is: '' } })}
          />
          <StepsForm
            title={said.otherwise}
            path={`${path}.`}
            steps={Array.isArray(step.otherwise) ? (step.otherwise as Json[]) : []}
            actions={actions}
            onChange={(otherwise) => {
              const { otherwise: _, ...rest } = step
              onChange(otherwise.length === 0 ? rest : { ...rest, otherwise })
            }}
          />
        </>
      )}
      {action && (
        <ActionSettings
          key={kind}
          action={action}
          settings={(step.with ?? {}) as Json}
          onChange={(settings) => onChange({ action: kind, with: settings })}
        />
      )}
      {action && <StepPreview path={path} action={kind} />}
    </Stack>
  )
}

interface SettingsProps {
  action: ActionSchema
  settings: Json
  onChange(settings: Json): void
}

function ActionSettings({ action, settings, onChange }: SettingsProps) {
  const said = useWords(words)
  const [opened, setOpened] = useState<string[]>([])
  const destinations = useQuery(destinationNames)
  const all = Object.entries(action.properties)
  const isShown = ([name]: [string, unknown]) =>
    all.length <= settingsAtOnce ||
    action.required.includes(name) ||
    settings[name] !== undefined ||
    opened.includes(name)
  const hidden = all.filter((each) => !isShown(each))
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = settings
    onChange(value === undefined ? rest : { ...rest, [name]: value })
  }
  return (
    <>
      {all.filter(isShown).map(([name, schema]) => (
        <SettingField
          key={name}
          name={name}
          schema={schema}
          isRequired={action.required.includes(name)}
          value={settings[name]}
          suggestions={name === 'destination' ? (destinations.data ?? []) : []}
          onChange={(value) => {
            // One that is emptied stays, to be filled again.
            if (!opened.includes(name)) setOpened([...opened, name])
            set(name, value)
          }}
        />
      ))}
      {hidden.length > 0 && (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" w="fit-content">
              {said.more}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {hidden.map(([name, schema]) => (
              <Menu.Item key={name} onClick={() => setOpened([...opened, name])}>
                {name}
                {typeof schema.description === 'string' && (
                  <Text size="xs" c="dimmed">
                    {schema.description}
                  </Text>
                )}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  )
}

/** The action's type, `=wait`, `=check` or `=stop`; null for what has no form. */
function kindOf(step: Json): string | null {
  if (typeof step.action === 'string') return step.action
  if (step.wait !== undefined) return '=wait'
  if (typeof step.check === 'object' && step.check !== null) return '=check'
  return step.stop === true ? '=stop' : null
}
