import { Button, PasswordInput, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Session, signIn } from '../lib/api.ts'
import { useWords } from '../lib/words.tsx'
import { Failed } from './states.tsx'

const words = {
  token: ['Token', 'Token'],
  hint: [
    'A token of the dialect "native". It begins with rst_.',
    'Een token van het dialect "native". Het begint met rst_.',
  ],
  go: ['Sign in', 'Aanmelden'],
} as const

/** Signs in, in the place of whoever was. */
export function TokenForm({ onDone }: { onDone(session: Session): void }) {
  const said = useWords(words)
  const [token, setToken] = useState('')
  const signing = useMutation({
    mutationFn: () => signIn(token.trim()),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    signing.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <PasswordInput
          label={said.token}
          description={said.hint}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          autoComplete="current-password"
          required
          data-autofocus
        />
        {signing.isError && <Failed error={signing.error} />}
        <Button type="submit" loading={signing.isPending}>
          {said.go}
        </Button>
      </Stack>
    </form>
  )
}
