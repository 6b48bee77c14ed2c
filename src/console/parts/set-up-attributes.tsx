import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../lib/api.ts'
import { fill, useLanguage, useWords } from '../lib/words.tsx'
import { Section } from './section.tsx'
import { Empty, Loaded } from './states.tsx'
import { Time } from './time.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  title: ['Attributes', 'Attributen'],
  sampled: ['Measured on {n} people', 'Gemeten bij {n} personen'],
  name: ['Name', 'Naam'],
  types: ['Kinds of value', 'Soorten waarden'],
  fill: ['Who has it', 'Wie het heeft'],
  sources: ['From', 'Van'],
  first: ['First seen', 'Eerst gezien'],
  none: ['No attributes yet', 'Nog geen attributen'],
  noneHint: [
    'They are listed as soon as a person has any.',
    'Ze staan hier zodra een persoon er een heeft.',
  ],
} as const

export function SetUpAttributes() {
  const said = useWords(words)
  const { language } = useLanguage()
  const percent = new Intl.NumberFormat(language, { style: 'percent' })
  const attributes = useQuery({
    queryKey: ['attributes'],
    queryFn: ({ signal }) => api.listAttributes({ signal }),
  })
  return (
    <Section title={said.title}>
      <Loaded
        query={attributes}
        isEmpty={({ data }) => data.length === 0}
        empty={<Empty title={said.none}>{said.noneHint}</Empty>}
      >
        {({ data, sampled_profiles: n }) => (
          <>
            <Text size="sm" c="dimmed">
              {fill(said.sampled, { n })}
            </Text>
            <WideTable
              minWidth={600}
              heads={[said.name, said.types, said.fill, said.sources, said.first]}
            >
              {data.map(({ name, types, fill_rate, sources, first_seen }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{Object.keys(types).join(', ')}</td>
                  <td>
                    {fill_rate < 0.005 ? `< ${percent.format(0.01)}` : percent.format(fill_rate)}
                  </td>
                  <td>{sources.join(', ')}</td>
                  <td>
                    <Time at={first_seen} />
                  </td>
                </tr>
              ))}
            </WideTable>
          </>
        )}
      </Loaded>
    </Section>
  )
}
