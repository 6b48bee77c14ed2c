import { Button, Group, SegmentedControl, Stack, Textarea } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { RuleDefinition } from '../../client/client.js'
import { RulePreview, useRulePreview } from '../lib/rule-preview.ts'
import { ruleSchema } from '../lib/rule-schema.ts'
import { useWords } from '../lib/words.tsx'
import { fromYaml, toYaml } from '../lib/yaml.ts'
import { After } from './after.tsx'
import { ReviewRule } from './review-rule.tsx'
import { RuleFlow } from './rule-flow.tsx'
import { RuleForm } from './rule-form.tsx'
import { Section } from './section.tsx'
import { Failed, Loaded } from './states.tsx'
import { TryRule } from './try-rule.tsx'

const words = {
  edit: ['The rule', 'De regel'],
  view: ['View', 'Weergave'],
  form: ['Form', 'Formulier'],
  yaml: ['YAML', 'YAML'],
  yamlLabel: ['The rule as YAML', 'De regel als YAML'],
  comments: [
    'Comments are not kept: a rule is stored as what it says, and shown again from that.',
    'Opmerkingen blijven niet bewaard: een regel wordt opgeslagen als wat hij zegt, en daaruit weer getoond.',
  ],
  flow: ['Flow', 'Verloop'],
  save: ['Review and save', 'Nakijken en bewaren'],
} as const

interface EditorProps {
  /** The rule as it is in force; null for a new one. */
  stored: RuleDefinition | null
  initial: RuleDefinition
}

/** A rule as a form and as YAML: two views of one thing, of which either may be edited. */
export function RuleEditor({ stored, initial }: EditorProps) {
  const said = useWords(words)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [view, setView] = useState('form')
  const [definition, setDefinition] = useState(initial)
  const [text, setText] = useState<string | null>(null)
  const [fault, setFault] = useState<unknown>(null)
  const [isReviewing, setReviewing] = useState(false)
  const schema = useQuery(ruleSchema)
  const [tryOn, setTryOn] = useState<number | null>(null)
  const preview = useRulePreview(definition, tryOn)
  const type = (typed: string) => {
    setText(typed)
    try {
      setDefinition(fromYaml(typed))
      setFault(null)
    } catch (error) {
      setFault(error)
    }
  }
  const show = (to: string) => {
    if (fault !== null) return
    setText(null)
    setView(to)
  }
  const saved = async (name: string) => {
    setReviewing(false)
    await queries.invalidateQueries({ queryKey: ['rules'] })
    await queries.invalidateQueries({ queryKey: ['rule'] })
    await navigate({ to: `/rules/${name}` })
  }
  const earlier = stored === null ? null : String(stored.name)
  const views = (
    <SegmentedControl
      size="xs"
      aria-label={said.view}
      value={view}
      onChange={show}
      data={[
        { value: 'form', label: said.form },
        { value: 'yaml', label: said.yaml },
      ]}
    />
  )
  return (
    <RulePreview value={preview}>
      <Stack>
        <Section title={said.edit} actions={views}>
          <Stack>
            {view === 'form' ? (
              <Loaded query={schema}>
                {(found) => (
                  <RuleForm definition={definition} schema={found} onChange={setDefinition} />
                )}
              </Loaded>
            ) : (
              <Textarea
                label={said.yamlLabel}
                description={said.comments}
                autosize
                minRows={12}
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                spellCheck={false}
                value={text ?? toYaml(definition)}
                onChange={(event) => type(event.currentTarget.value)}
              />
            )}
            {fault !== null && <Failed error={fault} />}
            <Group>
              <Button disabled={fault !== null} onClick={() => setReviewing(true)}>
                {said.save}
              </Button>
            </Group>
          </Stack>
        </Section>
        <After>
          <Section title={said.flow}>
            <RuleFlow definition={definition} />
          </Section>
          <TryRule id={tryOn} onChange={setTryOn} />
        </After>
        {isReviewing && (
          <ReviewRule
            earlier={earlier}
            before={stored}
            after={definition}
            onClose={() => setReviewing(false)}
            onSaved={saved}
          />
        )}
      </Stack>
    </RulePreview>
  )
}
