import { Alert, Code, Stack, Text } from '@mantine/core'
import { useContext } from 'react'
import { RulePreview } from '../lib/rule-preview.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Wire } from './attempts.tsx'

const words = {
  of: ['On event {id}, {type}, it comes to:', 'Bij gebeurtenis {id}, {type}, wordt het:'],
  payload: [
    'The body is made when it is sent, as {payload}.',
    'De inhoud wordt bij het versturen gemaakt, als {payload}.',
  ],
} as const

/** What a step comes to on the event that the rule is tried on, templates put through. */
export function StepPreview({ path, action }: { path: string; action: string }) {
  const said = useWords(words)
  const { tried } = useContext(RulePreview)
  const step = tried?.steps.find((each) => each.step === path && each.action === action)
  if (!tried || !step) return null
  const { settings, request, fault } = step
  if (!fault && !request && Object.keys((settings ?? {}) as object).length === 0) return null
  return (
    <Stack gap={4} maw={640}>
      <Text size="sm" c="dimmed">
        {fill(said.of, { id: tried.event_id, type: tried.type })}
      </Text>
      {fault && (
        <Alert color="red" variant="outline" p="xs">
          {fault.detail}
        </Alert>
      )}
      {request && <Wire first={request.method} headers={request.headers} body={request.body} />}
      {request?.payload !== undefined && (
        <Text size="sm">{fill(said.payload, { payload: request.payload })}</Text>
      )}
      {settings !== undefined && (
        <Code block className="code" tabIndex={0}>
          {JSON.stringify(settings, null, 2)}
        </Code>
      )}
    </Stack>
  )
}
