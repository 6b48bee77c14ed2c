import { Code, Text } from '@mantine/core'
import { comparisonOf, groupOf, type Test } from '../lib/condition.ts'
import { conditionWords } from '../lib/condition-words.ts'
import type { Json } from '../lib/rule-form.ts'
import { useWords } from '../lib/words.tsx'

/** A condition in words, to be read and not to be changed. */
export function ConditionText({ condition }: { condition: Json }) {
  const said = useWords(conditionWords)
  const group = groupOf(condition)
  if (group) {
    return (
      <>
        <Text size="sm">{said[group.join]}</Text>
        <ul className="bullets">
          {group.parts.map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing but their place
            <li key={index}>
              <ConditionText condition={part} />
            </li>
          ))}
        </ul>
      </>
    )
  }
  const comparison = comparisonOf(condition)
  if (!comparison) return <Code>{JSON.stringify(condition)}</Code>
  return (
    <Text size="sm" component="div">
      {said[comparison.about]} <b>{comparison.name}</b>{' '}
      {'test' in comparison && <TestText test={comparison.test} />}
      {'isThere' in comparison && (comparison.isThere ? said.there : said.notThere)}
      {comparison.about === 'changed' && (
        <>
          {comparison.from && (
            <>
              {said.was}: <TestText test={comparison.from} />{' '}
            </>
          )}
          {comparison.to && (
            <>
              {said.became}: <TestText test={comparison.to} />
            </>
          )}
        </>
      )}
    </Text>
  )
}

function TestText({ test: { operator, value } }: { test: Test }) {
  const said = useWords(conditionWords)
  if (operator === 'exists') return value === false ? said.notThere : said.there
  return (
    <>
      {said[operator]} <Code>{typeof value === 'string' ? value : JSON.stringify(value)}</Code>
    </>
  )
}
