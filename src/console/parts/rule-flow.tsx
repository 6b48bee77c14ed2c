import { Code, Paper, Text } from '@mantine/core'
import { memo, type ReactNode } from 'react'
import type { RuleDefinition } from '../../client/client.js'
import { isMap } from '../lib/condition.ts'
import type { Json } from '../lib/rule-form.ts'
import { fill, useWords } from '../lib/words.tsx'
import { ConditionText } from './condition-text.tsx'

const words = {
  flow: ['The flow of the rule', 'Het verloop van de regel'],
  on: ['on', 'bij'],
  only: ['only from {sources}', 'alleen van {sources}'],
  not: ['not from {sources}', 'niet van {sources}'],
  when: ['when', 'wanneer'],
  otherwise: ['otherwise', 'anders'],
  otherwiseEnds: ['otherwise it ends', 'anders eindigt het'],
  check: ['goes on when', 'gaat verder als'],
  wait: ['wait', 'wachten'],
  stop: ['stop', 'stoppen'],
  until: ['until {time}', 'tot {time}'],
  hours: ['while it is {from} to {to}, {zone}', 'zolang het {from} tot {to} is, {zone}'],
  cancel: ['what waits is cancelled by', 'wat wacht wordt geannuleerd door'],
} as const

interface FlowProps {
  definition: RuleDefinition
}

/** The rule as a picture: what sets it off, what it asks, what it does, in that order. */
export const RuleFlow = memo(function RuleFlow({ definition }: FlowProps) {
  const said = useWords(words)
  const { on, when, steps, sources, cancel_when: cancel } = definition
  const types = Array.isArray(on) ? on.map(String) : []
  const choice = isMap(sources) ? sources : {}
  return (
    <>
      <ol className="plain-list flow" aria-label={said.flow}>
        <Box title={said.on}>
          <Code className="code">{types.join('\n')}</Code>
          {(['only', 'not'] as const).map((kind) => {
            const list = choice[kind]
            if (!Array.isArray(list)) return null
            return <Text key={kind}>{fill(said[kind], { sources: list.join(', ') })}</Text>
          })}
        </Box>
        {isMap(when) && (
          <Box title={said.when}>
            <ConditionText condition={when} />
          </Box>
        )}
        <StepBoxes steps={Array.isArray(steps) ? (steps as Json[]) : []} />
      </ol>
      {isMap(cancel) && (
        <Text size="sm" mt="xs" component="div">
          {said.cancel} {Array.isArray(cancel.on) && cancel.on.join(', ')}
          {isMap(cancel.when) && <ConditionText condition={cancel.when} />}
        </Text>
      )}
    </>
  )
})

function StepBoxes({ steps }: { steps: Json[] }) {
  const said = useWords(words)
  return steps.map((step, index) => {
    const other = Array.isArray(step.otherwise) ? (step.otherwise as Json[]) : null
    const branch =
      step.check === undefined ? null : (
        <div className="flow-branch">
          <Text size="sm" c="dimmed">
            ↪ {other ? said.otherwise : said.otherwiseEnds}
          </Text>
          {other && (
            <ol className="plain-list flow">
              <StepBoxes steps={other} />
            </ol>
          )}
        </div>
      )
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: steps have nothing but their place
      <Box key={index} title={titleOf(step, said)} beside={branch}>
        <StepBody step={step} />
      </Box>
    )
  })
}

function titleOf(step: Json, said: { wait: string; check: string; stop: string }): string {
  if (typeof step.action === 'string') return step.action
  if (step.wait !== undefined) return said.wait
  return step.check === undefined ? said.stop : said.check
}

function StepBody({ step }: { step: Json }) {
  const said = useWords(words)
  if (isMap(step.check)) return <ConditionText condition={step.check} />
  if (step.wait !== undefined) return <Text size="sm">{waitOf(step.wait, said)}</Text>
  const settings = Object.entries(isMap(step.with) ? step.with : {})
  return settings.map(([name, value]) => (
    <Text key={name} size="sm" component="div">
      {name}{' '}
      <Code className="code">
        {typeof value === 'string' ? value : JSON.stringify(value, null, 1)}
      </Code>
    </Text>
  ))
}

function waitOf(wait: unknown, said: { until: string; hours: string }): string {
  if (!isMap(wait)) return String(wait)
  if (isMap(wait.quiet_hours)) {
    const { from, to, zone } = wait.quiet_hours
    const place = isMap(zone) ? `${zone.profile} / ${zone.default}` : zone
    return fill(said.hours, { from, to, zone: place })
  }
  if (!isMap(wait.until)) return fill(said.until, { time: wait.until })
  const { event, profile, plus = '' } = wait.until
  const name = event === undefined ? `profile.${profile}` : `event.${event}`
  return fill(said.until, { time: `${name} ${plus}`.trim() })
}

interface BoxProps {
  title: string
  beside?: ReactNode
  children: ReactNode
}

function Box({ title, beside, children }: BoxProps) {
  return (
    <li>
      <Paper withBorder p="xs" maw={420}>
        <Text fw={600} size="sm">
          {title}
        </Text>
        {children}
      </Paper>
      {beside}
    </li>
  )
}
