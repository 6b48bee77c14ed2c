import { Button, Code, CopyButton, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import type { Dialect } from '../../client/client.js'
import { inTongue, type Tongue, tongues, withToken } from '../lib/samples.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  tongue: ['Language of the example', 'Taal van het voorbeeld'],
  copy: ['Copy', 'Kopiëren'],
  copied: ['Copied', 'Gekopieerd'],
} as const

interface SampleProps {
  dialect: Dialect
  token: { [field: string]: string }
}

/** Calls of a dialect, with the token in them, ready to be pasted. */
export function SampleCalls({ dialect, token }: SampleProps) {
  const said = useWords(words)
  const [tongue, setTongue] = useState<Tongue>('curl')
  return (
    <Stack gap="xs">
      <SegmentedControl
        size="xs"
        w="fit-content"
        aria-label={said.tongue}
        value={tongue}
        onChange={(to) => setTongue(to as Tongue)}
        data={[...tongues]}
      />
      {dialect.samples.map(({ title, command }) => {
        const text = inTongue(withToken(command, token), tongue)
        if (text === null) return null
        return (
          <Stack key={title} gap={4}>
            <Group justify="space-between">
              <Text size="sm" fw={600}>
                {title}
              </Text>
              <Copy text={text} />
            </Group>
            <Code block className="code" tabIndex={0}>
              {text}
            </Code>
          </Stack>
        )
      })}
    </Stack>
  )
}

export function Copy({ text }: { text: string }) {
  const said = useWords(words)
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy}>
          {copied ? said.copied : said.copy}
        </Button>
      )}
    </CopyButton>
  )
}
