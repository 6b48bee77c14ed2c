import { Button, FileInput, Group, List, Progress, Select, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { faultOf, type ImportReport, importPeople, type Mapping } from '../lib/import-people.ts'
import { type CsvRow, readCsv, UnclosedQuote } from '../lib/read-csv.ts'
import { fill, useWords } from '../lib/words.tsx'
import { ImportColumns } from './import-columns.tsx'
import { Section } from './section.tsx'
import { Failed } from './states.tsx'

const words = {
  title: ['Import people', 'Personen importeren'],
  file: [
    'A CSV file whose first line names the columns',
    'Een CSV-bestand met kolomnamen op de eerste regel',
  ],
  kind: ['People are found by', 'Personen worden gevonden via'],
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
  more: ['And {n} more.', 'En nog {n}.'],
  what: [
    'Each row is a write like any other: rules react to it. bin/roster import takes larger files, and leaves rules alone.',
    'Elke rij is een wijziging als elke andere: regels reageren erop. bin/roster import neemt grotere bestanden, en laat regels met rust.',
  ],
  noKey: ['One column must be the identifier.', 'Eén kolom moet het kenmerk zijn.'],
  twoKeys: ['Only one column can be the identifier.', 'Maar één kolom kan het kenmerk zijn.'],
  noName: ['Each attribute needs a name.', 'Elk attribuut heeft een naam nodig.'],
  sameName: [
    'Two columns would become one attribute: give one another name, or leave it out.',
    'Twee kolommen zouden één attribuut worden: geef er een een andere naam, of laat hem weg.',
  ],
  noRows: [
    'There are no people in this file: it needs a first line with names of columns, and lines below it.',
    'Er staan geen personen in dit bestand: nodig zijn een eerste regel met kolomnamen, en regels eronder.',
  ],
  tooMany: [
    'These are {n} rows; here {max} can be imported at most. bin/roster import takes files of any size.',
    'Dit zijn {n} rijen; hier kunnen er hoogstens {max} tegelijk in. bin/roster import neemt bestanden van elke grootte.',
  ],
  quote: [
    'The quote that is opened on line {line} is never closed.',
    'Het aanhalingsteken van regel {line} wordt nergens gesloten.',
  ],
  fields: [
    'it has {found} fields, and the first line has {wanted}',
    'er staan {found} velden, en op de eerste regel {wanted}',
  ],
  stopped: [
    'It stopped before line {line}. What was written stands; importing the file again changes nothing about it.',
    'Het stopte voor regel {line}. Wat geschreven is staat; het bestand nog eens importeren verandert daar niets aan.',
  ],
} as const

const shownMax = 20
const rowsMax = 100_000

export function SetUpImport() {
  const said = useWords(words)
  const [rows, setRows] = useState<CsvRow[] | null>(null)
  const [unread, setUnread] = useState<string | null>(null)
  const [mapping, setMapping] = useState<Mapping>({ kind: 'email', columns: [] })
  const [done, setDone] = useState(0)
  const [head, ...people] = rows ?? []
  const running = useMutation({
    mutationFn: async (isDry: boolean) => {
      setDone(0)
      return { isDry, ...(await importPeople(people, mapping, isDry, setDone)) }
    },
  })
  const read = async (file: File | null) => {
    running.reset()
    setRows(null)
    setUnread(null)
    if (!file) return
    const found = await file
      .text()
      .then((text) => readCsv(text.replace(/^\uFEFF/, '')))
      .catch((error: unknown) => {
        setUnread(
          error instanceof UnclosedQuote ? fill(said.quote, { line: error.line }) : String(error),
        )
        return null
      })
    if (!found) return
    const n = found.length - 1
    if (n < 1) return setUnread(said.noRows)
    if (n > rowsMax) return setUnread(fill(said.tooMany, { n, max: rowsMax }))
    const columns = withOneKey((found[0]?.fields ?? []).map(guess))
    setRows(found)
    setMapping({ kind: columns.find(({ target }) => target === 'key')?.name ?? 'email', columns })
  }
  /** What was tried with another mapping says nothing of this one. */
  const change = (to: Mapping) => {
    running.reset()
    setMapping(to)
  }
  const fault = faultOf(mapping)
  const report = running.data
  return (
    <Section title={said.title}>
      <Stack>
        <FileInput
          label={said.file}
          accept=".csv,text/csv"
          maw={480}
          description={said.what}
          onChange={(file) => void read(file)}
        />
        {unread !== null && <Failed error={unread} />}
        {head && (
          <>
            <Select
              label={said.kind}
              maw={280}
              allowDeselect={false}
              data={['email', 'user_id']}
              value={mapping.kind}
              onChange={(kind) => change({ ...mapping, kind: kind ?? 'email' })}
            />
            <ImportColumns
              head={head.fields}
              first={people[0]?.fields ?? []}
              mapping={mapping}
              onChange={change}
            />
            {fault && <Text role="alert">{said[fault]}</Text>}
            <Group>
              <Button
                variant="default"
                disabled={fault !== null}
                loading={running.isPending}
                onClick={() => running.mutate(true)}
              >
                {said.dry}
              </Button>
              <Button
                disabled={fault !== null || !report?.isDry}
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
        {report && <Report report={report} />}
      </Stack>
    </Section>
  )
}

function Report({ report }: { report: ImportReport & { isDry: boolean } }) {
  const said = useWords(words)
  const { accepted, refused, stopped, isDry } = report
  return (
    <>
      {stopped && (
        <>
          <Failed error={stopped.error} />
          <Text>{fill(said.stopped, stopped)}</Text>
        </>
      )}
      <div role="status">
        <Text>{fill(isDry ? said.would : said.did, { accepted, refused: refused.length })}</Text>
        <List size="sm">
          {refused.slice(0, shownMax).map(({ line, why, fields }) => (
            <List.Item key={line}>
              {fill(said.line, { line, why: fields ? fill(said.fields, fields) : why })}
            </List.Item>
          ))}
        </List>
        {refused.length > shownMax && (
          <Text>{fill(said.more, { n: refused.length - shownMax })}</Text>
        )}
      </div>
    </>
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
