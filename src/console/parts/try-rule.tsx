import { Alert, Button, Group, List, NumberInput, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { RuleDefinition } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { saveRule } from '../lib/save-rule.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Failed } from './states.tsx'

const words = {
  title: ['Dry run', 'Proef'],
  what: [
    'Tries the rule as it stands above on an event that is in the log, with its person as they are now. Nothing is stored or sent.',
    'Probeert de regel zoals hij hierboven staat op een gebeurtenis uit het logboek, met de persoon zoals die nu is. Er wordt niets bewaard of verstuurd.',
  ],
  event: ['Event', 'Gebeurtenis'],
  hint: ['Its number; empty is the latest', 'Het nummer; leeg is de laatste'],
  go: ['Try', 'Proberen'],
  yes: ['It would react to event {id}, {type}', 'De regel zou reageren op {id}, {type}'],
  no: ['It would not react to event {id}, {type}', 'De regel zou niet reageren op {id}, {type}'],
  none: ['There is no event yet.', 'Er is nog geen gebeurtenis.'],
} as const

interface TryProps {
  earlier: string | null
  definition: RuleDefinition
}

export function TryRule({ earlier, definition }: TryProps) {
  const said = useWords(words)
  const [id, setId] = useState<number | string>('')
  const trying = useMutation({ mutationFn: () => tryOn(earlier, definition, Number(id) || null) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    trying.mutate()
  }
  return (
    <Section title={said.title}>
      <Stack component="form" onSubmit={submit}>
        <Text size="sm" c="dimmed">
          {said.what}
        </Text>
        <Group align="flex-end">
          <NumberInput
            label={said.event}
            description={said.hint}
            min={1}
            hideControls
            value={id}
            onChange={setId}
          />
          <Button type="submit" variant="default" loading={trying.isPending}>
            {said.go}
          </Button>
        </Group>
        {trying.isError && <Failed error={trying.error} />}
        {trying.data === null && <Text>{said.none}</Text>}
        {trying.data && (
          <Alert
            role="status"
            variant="outline"
            color={trying.data.passed ? 'teal' : 'gray'}
            title={fill(trying.data.passed ? said.yes : said.no, trying.data)}
          >
            <List size="sm">
              {trying.data.wrong.map((text) => (
                <List.Item key={text}>{text}</List.Item>
              ))}
            </List>
          </Alert>
        )}
      </Stack>
    </Section>
  )
}

async function tryOn(earlier: string | null, definition: RuleDefinition, id: number | null) {
  const event =
    id === null
      ? (await api.listEvents({ order: 'desc', limit: 1 })).data[0]
      : (await api.getEvent({ id })).event
  if (!event) return null
  const person =
    event.profile_id === null
      ? null
      : await api.getProfile({ id: event.profile_id }).catch(() => null)
  const { type, attributes, source } = event
  const example = {
    name: 'dry run',
    given: {
      event: { type, attributes, source: source.dialect },
      ...(person && { profile: { attributes: person.attributes, tags: person.tags } }),
    },
    expect: { rules: [definition.name] },
  }
  // On its own, so that what other rules do says nothing of this one.
  const answer = await saveRule(earlier, definition, { dry_run: true, examples: [example] })
  const { passed = false, wrong = [] } = answer.examples[0] ?? {}
  return { id: event.id, type, passed, wrong }
}
