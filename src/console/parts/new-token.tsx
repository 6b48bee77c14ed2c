import { Alert, Button, Code, Group, MultiSelect, Select, Stack, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Copy, SampleCalls } from './sample-calls.tsx'
import { Failed, Loaded } from './states.tsx'

const words = {
  dialect: ['Dialect', 'Dialect'],
  label: ['Label', 'Omschrijving'],
  labelHint: ['A word to tell it by', 'Een woord om het aan te herkennen'],
  scopes: ['Only for', 'Alleen voor'],
  scopesHint: ['Empty is for every call', 'Leeg is voor alles'],
  make: ['Make a token', 'Token maken'],
  once: [
    'The token is shown this once. Copy it now.',
    'Het token wordt alleen nu getoond. Kopieer het.',
  ],
} as const

/** Makes a token, and shows calls with it in every language. */
export function NewToken({ preferred }: { preferred?: string }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [chosen, setChosen] = useState<string | null>(preferred ?? null)
  const [label, setLabel] = useState('')
  const [scopes, setScopes] = useState<string[]>([])
  const dialects = useQuery({
    queryKey: ['dialects'],
    queryFn: ({ signal }) => api.listDialects({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const making = useMutation({
    mutationFn: async (dialect: string) => {
      const { token } = await api.createToken({ body: { dialect, label, scopes } })
      return { dialect, token }
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  })
  return (
    <Loaded query={dialects}>
      {({ data }) => {
        const dialect = data.find(({ id }) => id === chosen) ?? data[0]
        const made = making.data
        const madeFor = data.find(({ id }) => id === made?.dialect)
        if (!dialect) return null
        const submit = (event: FormEvent) => {
          event.preventDefault()
          making.mutate(dialect.id)
        }
        return (
          <Stack>
            <Group component="form" align="flex-end" onSubmit={submit}>
              <Select
                label={said.dialect}
                allowDeselect={false}
                data={data.map(({ id }) => id)}
                value={dialect.id}
                onChange={(to) => {
                  setChosen(to)
                  setScopes([])
                }}
              />
              <TextInput
                label={said.label}
                placeholder={said.labelHint}
                value={label}
                onChange={(event) => setLabel(event.currentTarget.value)}
              />
              <MultiSelect
                label={said.scopes}
                placeholder={scopes.length === 0 ? said.scopesHint : ''}
                data={dialect.scopes}
                value={scopes}
                onChange={setScopes}
                maw={320}
              />
              <Button type="submit" loading={making.isPending}>
                {said.make}
              </Button>
            </Group>
            {making.isError && <Failed error={making.error} />}
            {made && madeFor && (
              <Alert variant="outline" color="teal" title={said.once} role="status">
                <Stack>
                  {Object.entries(made.token).map(([field, value]) => (
                    <Group key={field} gap="xs">
                      <Code>
                        {field}: {value}
                      </Code>
                      <Copy text={value} />
                    </Group>
                  ))}
                  <SampleCalls dialect={madeFor} token={made.token} />
                </Stack>
              </Alert>
            )}
          </Stack>
        )
      }}
    </Loaded>
  )
}
