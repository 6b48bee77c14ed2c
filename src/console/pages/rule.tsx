import { Accordion, Button, Group, Text } from '@mantine/core'
import { useMutation, usePrefetchQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { RuleDefinition } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { ruleSchema } from '../lib/rule-schema.ts'
import { saveRule } from '../lib/save-rule.ts'
import { useMainQuery } from '../lib/use-main-query.ts'
import { fill, useWords } from '../lib/words.tsx'
import { toYaml } from '../lib/yaml.ts'
import { After } from '../parts/after.tsx'
import { Badge } from '../parts/badge.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Diff } from '../parts/diff.tsx'
import { Page } from '../parts/page.tsx'
import { ReplayMissed } from '../parts/replay-missed.tsx'
import { RuleEditor } from '../parts/rule-editor.tsx'
import { Section } from '../parts/section.tsx'
import { SomeRuns } from '../parts/some-runs.tsx'
import { Loaded } from '../parts/states.tsx'
import { Time } from '../parts/time.tsx'

const words = {
  title: ['Rule {name}', 'Regel {name}'],
  add: ['New rule', 'Nieuwe regel'],
  history: ['History', 'Geschiedenis'],
  version: ['Version {version}', 'Versie {version}'],
  inForce: ['in force', 'van kracht'],
  remove: ['Delete', 'Verwijderen'],
  removeTitle: ['Delete the rule {name}?', 'De regel {name} verwijderen?'],
  removeWhat: [
    'It no longer reacts to events. Its history stays, and what it did stands.',
    'De regel reageert niet meer. De geschiedenis blijft, en wat hij deed staat.',
  ],
  changed: [
    'Somebody changed this rule since you opened it. Load the page anew, and look before you delete it.',
    'Iemand heeft deze regel gewijzigd sinds je hem opende. Laad de pagina opnieuw, en kijk voor je hem verwijdert.',
  ],
} as const

export function RulePage() {
  const said = useWords(words)
  const { name = '' } = useParams({ strict: false })
  const rule = useMainQuery({
    queryKey: ['rule', name],
    queryFn: ({ signal }) => api.getRule({ name, signal }),
    // What somebody is writing is not pulled away from under them.
    refetchOnWindowFocus: false,
  })
  // What the editor cannot be shown without is asked for along with the rule, not after.
  usePrefetchQuery(ruleSchema)
  return (
    <Page
      title={fill(said.title, { name })}
      actions={
        rule.data && (
          <Group gap="xs">
            <ReplayMissed name={name} />
            <RemoveRule name={name} definition={rule.data.definition} />
          </Group>
        )
      }
    >
      <Loaded query={rule}>
        {({ definition, version }) => (
          <RuleEditor key={`${name} ${version}`} stored={definition} initial={definition} />
        )}
      </Loaded>
      <After>
        <SomeRuns rule={name} />
        <History name={name} />
      </After>
    </Page>
  )
}

const blank = { name: '', on: [], steps: [] }

export function NewRule() {
  const said = useWords(words)
  return (
    <Page title={said.add}>
      <RuleEditor stored={null} initial={blank} />
    </Page>
  )
}

function History({ name }: { name: string }) {
  const said = useWords(words)
  const versions = useQuery({
    queryKey: ['rule', name, 'versions'],
    queryFn: ({ signal }) => api.listRuleVersions({ name, signal }),
  })
  return (
    <Section title={said.history}>
      <Loaded query={versions}>
        {({ data }) => (
          <Accordion order={3} keepMounted={false}>
            {data.map(({ version, applied_at, in_force, definition }, index) => {
              const earlier = data[index + 1]
              return (
                <Accordion.Item key={version} value={String(version)}>
                  <Accordion.Control>
                    <Group gap="xs">
                      <Text>{fill(said.version, { version })}</Text>
                      <Text size="sm" c="dimmed">
                        <Time at={applied_at} />
                      </Text>
                      {in_force && <Badge>{said.inForce}</Badge>}
                    </Group>
                  </Accordion.Control>
                  <Accordion.Panel>
                    <Diff
                      before={earlier ? toYaml(earlier.definition) : ''}
                      after={toYaml(definition)}
                    />
                  </Accordion.Panel>
                </Accordion.Item>
              )
            })}
          </Accordion>
        )}
      </Loaded>
    </Section>
  )
}

function RemoveRule({ name, definition }: { name: string; definition: RuleDefinition }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [isOpen, setOpen] = useState(false)
  const removing = useMutation({
    mutationFn: () => saveRule(name, null, { was: definition, changed: said.changed }),
    onSuccess: async () => {
      await navigate({ to: '/rules' })
      await queries.invalidateQueries({ queryKey: ['rules'] })
    },
  })
  return (
    <>
      <Button variant="outline" color="red" size="xs" onClick={() => setOpen(true)}>
        {said.remove}
      </Button>
      <Confirm
        title={fill(said.removeTitle, { name })}
        verb={said.remove}
        isDangerous
        isOpen={isOpen}
        acting={removing}
        onClose={() => setOpen(false)}
      >
        <Text>{said.removeWhat}</Text>
      </Confirm>
    </>
  )
}
