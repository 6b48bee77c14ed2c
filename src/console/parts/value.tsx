import { Code, Text } from '@mantine/core'

/** What fits on a line is not spread over more. */
const shortMax = 60

/** A stored value as it is: text as text, everything else as JSON. Nothing of it is ever markup. */
export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) {
    return (
      <Text span c="dimmed">
        —
      </Text>
    )
  }
  if (typeof value === 'string') return <span>{value === '' ? '""' : value}</span>
  if (typeof value === 'object') {
    const short = JSON.stringify(value)
    if (short.length <= shortMax) return <Code>{short}</Code>
    return (
      <Code className="code" component="pre" m={0}>
        {JSON.stringify(value, null, 2)}
      </Code>
    )
  }
  return <Code>{String(value)}</Code>
}
