import { Code } from '@mantine/core'
import { diffLines } from '../lib/diff-lines.ts'

const classes = { ' ': undefined, '+': 'diff-added', '-': 'diff-removed' } as const

export function Diff({ before, after }: { before: string; after: string }) {
  return (
    <Code block className="code">
      {diffLines(before, after).map(({ mark, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have nothing but their place
        <div key={index} className={classes[mark]}>
          {mark} {text}
        </div>
      ))}
    </Code>
  )
}
