import { Select, TextInput } from '@mantine/core'
import type { Mapping, Target } from '../lib/import-people.ts'
import { useWords } from '../lib/words.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  column: ['Column', 'Kolom'],
  example: ['Example', 'Voorbeeld'],
  becomes: ['Becomes', 'Wordt'],
  name: ['Attribute', 'Attribuut'],
  skip: ['nothing', 'niets'],
  key: ['the identifier', 'het kenmerk'],
  tags: ['tags', 'labels'],
  attribute: ['an attribute', 'een attribuut'],
} as const

interface ColumnsProps {
  head: string[]
  first: string[]
  mapping: Mapping
  onChange(mapping: Mapping): void
}

/** What becomes of each column of a file. */
export function ImportColumns({ head, first, mapping, onChange }: ColumnsProps) {
  const said = useWords(words)
  const change = (place: number, changed: Partial<Mapping['columns'][number]>) => {
    const columns = mapping.columns.map((one, at) => (at === place ? { ...one, ...changed } : one))
    onChange({ ...mapping, columns })
  }
  return (
    <WideTable minWidth={560} heads={[said.column, said.example, said.becomes, said.name]}>
      {mapping.columns.map(({ target, name }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
        <tr key={place}>
          <th scope="row">{head[place]}</th>
          <td>{first[place]}</td>
          <td>
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
          </td>
          <td>
            {target === 'attribute' && (
              <TextInput
                aria-label={`${head[place]}: ${said.name}`}
                value={name}
                onChange={(event) => change(place, { name: event.currentTarget.value })}
              />
            )}
          </td>
        </tr>
      ))}
    </WideTable>
  )
}
