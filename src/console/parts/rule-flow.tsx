import { Code, Paper, Text } from '@mantine/core'
import type { RuleDefinition } from '../../client/client.js'
import type { Json } from '../lib/rule-form.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  flow: ['The flow of the rule', 'Het verloop van de regel'],
  on: ['on', 'bij'],
  when: ['when', 'wanneer'],
  otherwise: ['otherwise', 'anders'],
} as const

/** The rule as a picture: what sets it off, what it asks, what it does, in that order. */
export function RuleFlow({ definition }: { definition: RuleDefinition }) {
  const said = useWords(words)
  const { on, when, steps } = definition as { on?: unknown; when?: unknown; steps?: unknown }
  const types = Array.isArray(on) ? on.map(String) : []
  const list = Array.isArray(steps) ? (steps as Json[]) : []
  return (
    <ol className="plain-list flow" aria-label={said.flow}>
      <Box title={said.on} body={types.join('\n')} />
      {when !== undefined && <Box title={said.when} body={JSON.stringify(when, null, 1)} />}
      {list.map((step, index) => {
        const [verb = '', subject] = Object.entries(step)[0] ?? []
        const { otherwise } = step as { otherwise?: unknown }
        const title = verb === 'action' ? String(subject) : verb
        const body = verb === 'action' ? step.with : subject
        const more =
          otherwise === undefined ? '' : `\n${said.otherwise}: ${JSON.stringify(otherwise)}`
        return (
          <Box
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have nothing but their place
            key={index}
            title={title}
            body={`${body === undefined ? '' : JSON.stringify(body, null, 1)}${more}`}
          />
        )
      })}
    </ol>
  )
}

function Box({ title, body }: { title: string; body: string }) {
  return (
    <li>
      <Paper withBorder p="xs" maw={260}>
        <Text fw={600} size="sm">
          {title}
        </Text>
        {body !== '' && body !== 'true' && (
          <Code className="code" component="pre" m={0}>
            {body}
          </Code>
        )}
      </Paper>
    </li>
  )
}
