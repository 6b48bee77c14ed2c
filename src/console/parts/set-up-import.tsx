import {
  Button,
  FileInput,
  Group,
  List,
  Progress,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { importPeople, type Mapping, type Target } from '../lib/import-people.ts'
import { readCsv } from '../lib/read-csv.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Failed } from './states.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  title: ['Import people', 'Personen importeren'],
  file: [
    'A CSV file whose first line names the columns',
    'Een CSV-bestand met kolomnamen op de eerste regel',
  ],
  kind: ['People are found by', 'Personen worden gevonden via'],
  column: ['Column', 'Kolom'],
  example: ['Example', 'Voorbeeld'],
  becomes: ['Becomes', 'Wordt'],
  name: ['Attribute', 'Attribuut'],
  skip: ['nothing', 'niets'],
  key: ['the identifier', 'het kenmerk'],
  tags: ['tags', 'labels'],
  attribute: ['an attribute', 'een attribuut'],
  dry: ['Dry run', 'Proef'],
  go: ['Import {n} people', '{n} personen importeren'],
  would: [
    '{accepted} would be written, {refused} refused.',
    '{accepted} zouden geschreven worden, {refused} geweigerd.',
  ],
  did: [
    '{accepted} were written, {refused} refused.',
    '{accepted} geschreven, {refused} geweigerd.',
  ],
  line: ['Line {line}: {why}', 'Regel {line}: {why}'],
  key1: ['One column must be the identifier.', 'Eén kolom moet het kenmerk zijn.'],
} as const

const shownMax = 20

export function SetUpImport() {
  const said = useWords(words)
  const [rows, setRows] = useState<string[][]>([])
  const [mapping, setMapping] = useState<Mapping>({ kind: 'email', columns: [] })
  const [done, setDone] = useState(0)
  const [head = [], ...people] = rows
  const running = useMutation({
    mutationFn: async (isDry: boolean) => {
      setDone(0)
      return { isDry, ...(await importPeople(people, mapping, isDry, setDone)) }
    },
  })
  const read = async (file: File | null) => {
    const found = file ? readCsv((await file.text()).replace(/^\uFEFF/, '')) : []
    const columns = withOneKey((found[0] ?? []).map(guess))
    running.reset()
    setRows(found)
    setMapping({ kind: columns.find(({ target }) => target === 'key')?.name ?? 'email', columns })
  }
  /** What was tried with another mapping says nothing of this one. */
  const change = (to: Mapping) => {
    running.reset()
    setMapping(to)
  }
  const hasKey = mapping.columns.some(({ target }) => target === 'key')
  const report = running.data
  return (
    <Section title={said.title}>
      <Stack>
        <FileInput
          label={said.file}
          accept=".csv,text/csv"
          maw={480}
          onChange={(file) => void read(file)}
        />
        {people.length > 0 && (
          <>
            <Select
              label={said.kind}
              maw={280}
              allowDeselect={false}
              data={['email', 'user_id']}
              value={mapping.kind}
              onChange={(kind) => change({ ...mapping, kind: kind ?? 'email' })}
            />
            <Columns head={head} first={people[0] ?? []} mapping={mapping} onChange={change} />
            {!hasKey && <Text>{said.key1}</Text>}
            <Group>
              <Button
                variant="default"
                disabled={!hasKey}
                loading={running.isPending}
                onClick={() => running.mutate(true)}
              >
                {said.dry}
              </Button>
              <Button
                disabled={!hasKey || !report?.isDry}
                loading={running.isPending}
                onClick={() => running.mutate(false)}
              >
                {fill(said.go, { n: people.length })}
              </Button>
            </Group>
            {running.isPending && (
              <Progress value={(100 * done) / people.length} aria-label={said.title} />
            )}
          </>
        )}
        {running.isError && <Failed error={running.error} />}
        {report && (
          <div role="status">
            <Text>
              {fill(report.isDry ? said.would : said.did, {
                accepted: report.accepted,
                refused: report.refused.length,
              })}
            </Text>
            <List size="sm">
              {report.refused.slice(0, shownMax).map((one) => (
                <List.Item key={one.line}>{fill(said.line, one)}</List.Item>
              ))}
            </List>
          </div>
        )}
      </Stack>
    </Section>
  )
}

interface ColumnsProps {
  head: string[]
  first: string[]
  mapping: Mapping
  onChange(mapping: Mapping): void
}

function Columns({ head, first, mapping, onChange }: ColumnsProps) {
  const said = useWords(words)
  const change = (place: number, changed: Partial<Mapping['columns'][number]>) => {
    const columns = mapping.columns.map((one, at) => (at === place ? { ...one, ...changed } : one))
    onChange({ ...mapping, columns })
  }
  return (
    <WideTable minWidth={560} heads={[said.column, said.example, said.becomes, said.name]}>
      {mapping.columns.map(({ target, name }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
        <Table.Tr key={place}>
          <Table.Th scope="row">{head[place]}</Table.Th>
          <Table.Td>{first[place]}</Table.Td>
          <Table.Td>
            <Select
              aria-label={`${head[place]}: ${said.becomes}`}
              allowDeselect={false}
              value={target}
              data={(['skip', 'key', 'attribute', 'tags'] as const).map((value) => ({
                value,
                label: said[value],
              }))}
              onChange={(to) => change(place, { target: to as Target })}
            />
          </Table.Td>
          <Table.Td>
            {target === 'attribute' && (
              <TextInput
                aria-label={`${head[place]}: ${said.name}`}
                value={name}
                onChange={(event) => change(place, { name: event.currentTarget.value })}
              />
            )}
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  )
}

/** Of several identifiers the first is what people are found by; the others are attributes. */
function withOneKey(columns: Mapping['columns']): Mapping['columns'] {
  const key = columns.findIndex(({ target }) => target === 'key')
  return columns.map((one, place) => {
    return one.target === 'key' && place !== key ? { ...one, target: 'attribute' } : one
  })
}

/** What a heading probably means. */
function guess(heading: string): Mapping['columns'][number] {
  const name = heading
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  if (name === 'email' || name === 'user_id') return { target: 'key', name }
  if (name === 'e_mail') return { target: 'key', name: 'email' }
  return name === 'tags' ? { target: 'tags', name } : { target: 'attribute', name }
}
