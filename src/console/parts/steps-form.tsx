import { ActionIcon, Button, Group, Paper, Stack, Text } from '@mantine/core'
import type { ActionSchema, Json } from '../lib/rule-form.ts'
import { fill, useWords } from '../lib/words.tsx'
import { StepForm } from './step-form.tsx'

const words = {
  title: ['Then', 'Dan'],
  step: ['Step {n}', 'Stap {n}'],
  add: ['Add a step', 'Stap toevoegen'],
  addTo: ['Add a step to {title} of {n}', 'Stap toevoegen aan {title} van {n}'],
  remove: ['Remove step {n}', 'Stap {n} verwijderen'],
  up: ['Move step {n} up', 'Stap {n} omhoog'],
} as const

interface StepsProps {
  /** What stands over them, when they are not a rule's own. */
  title?: string
  /** The path of what they lie in, such as `1.`. */
  path?: string
  steps: Json[]
  actions: ActionSchema[]
  onChange(steps: Json[]): void
}

export function StepsForm({ title, path = '', onChange, ...props }: StepsProps) {
  const said = useWords(words)
  const { steps, actions } = props
  const above = shownPlace(path)
  return (
    <Stack gap="xs">
      <Text fw={600}>{title ?? said.title}</Text>
      {steps.map((step, index) => {
        const n = `${above}${index + 1}`
        return (
          <Paper
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have nothing but their place
            key={index}
            withBorder
            p="sm"
            role="group"
            aria-label={fill(said.step, { n })}
          >
            <Group justify="space-between" align="flex-start" wrap="nowrap">
              <StepForm
                step={step}
                path={`${path}${index}`}
                actions={actions}
                onChange={(next) => onChange(steps.with(index, next))}
              />
              <Group gap={4} wrap="nowrap">
                {index > 0 && (
                  <ActionIcon
                    variant="default"
                    aria-label={fill(said.up, { n })}
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
                  aria-label={fill(said.remove, { n })}
                  onClick={() => onChange(steps.toSpliced(index, 1))}
                >
                  ×
                </ActionIcon>
              </Group>
            </Group>
          </Paper>
        )
      })}
      <Button
        variant="default"
        size="xs"
        w="fit-content"
        aria-label={path === '' ? undefined : fill(said.addTo, { title, n: above.slice(0, -1) })}
        onClick={() => onChange([...steps, { action: actions[0]?.type ?? '', with: {} }])}
      >
        {said.add}
      </Button>
    </Stack>
  )
}

/** Paths count from 0, and people from 1. */
function shownPlace(path: string): string {
  return path.replaceAll(/\d+/g, (place) => String(Number(place) + 1))
}
