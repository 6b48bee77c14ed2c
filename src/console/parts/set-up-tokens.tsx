import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Token } from '../../client/client.js'
import { api } from '../lib/api.ts'
import { fill, useWords } from '../lib/words.tsx'
import { Badge } from './badge.tsx'
import { Confirm } from './confirm.tsx'
import { NewToken } from './new-token.tsx'
import { Section } from './section.tsx'
import { Loaded } from './states.tsx'
import { Time } from './time.tsx'
import { WideTable } from './wide-table.tsx'

const words = {
  add: ['New token', 'Nieuw token'],
  list: ['Tokens', 'Tokens'],
  name: ['Token', 'Token'],
  dialect: ['Dialect', 'Dialect'],
  label: ['Label', 'Omschrijving'],
  scopes: ['For', 'Voor'],
  all: ['everything', 'alles'],
  made: ['Made', 'Gemaakt'],
  revoked: ['revoked', 'ingetrokken'],
  revoke: ['Revoke', 'Intrekken'],
  title: ['Revoke the token {name}?', 'Het token {name} intrekken?'],
  what: [
    'Whoever uses it is refused from the next call on. It cannot be taken back.',
    'Wie het gebruikt wordt vanaf de volgende aanroep geweigerd. Dit kan niet ongedaan worden.',
  ],
} as const

export function SetUpTokens() {
  const said = useWords(words)
  const tokens = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api.listTokens({ signal }),
  })
  return (
    <Stack>
      <Section title={said.add}>
        <NewToken />
      </Section>
      <Section title={said.list}>
        <Loaded query={tokens}>
          {({ data }) => (
            <WideTable
              minWidth={640}
              heads={[said.name, said.dialect, said.label, said.scopes, said.made, '']}
            >
              {data.map((token) => (
                <TokenRow key={token.public_part} token={token} />
              ))}
            </WideTable>
          )}
        </Loaded>
      </Section>
    </Stack>
  )
}

function TokenRow({ token }: { token: Token }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const revoking = useMutation({
    mutationFn: () => api.revokeToken({ public_part: token.public_part }),
    onSuccess: () => {
      setOpen(false)
      return queries.invalidateQueries({ queryKey: ['tokens'] })
    },
  })
  return (
    <tr>
      <td>{token.public_part}</td>
      <td>{token.dialect}</td>
      <td>{token.label}</td>
      <td>{token.scopes.length === 0 ? said.all : token.scopes.join(', ')}</td>
      <td>
        <Time at={token.created_at} />
      </td>
      <td>
        {token.revoked_at === null ? (
          <Button size="xs" variant="default" onClick={() => setOpen(true)}>
            {said.revoke}
          </Button>
        ) : (
          <Badge>{said.revoked}</Badge>
        )}
        <Confirm
          title={fill(said.title, { name: token.label || token.public_part })}
          verb={said.revoke}
          isDangerous
          isOpen={isOpen}
          acting={revoking}
          onClose={() => setOpen(false)}
        >
          <Text>{said.what}</Text>
        </Confirm>
      </td>
    </tr>
  )
}
