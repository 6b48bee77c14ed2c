import { Stack, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { Session } from '../lib/api.ts'
import { useSessionOver } from '../lib/session-end.ts'
import { useWords } from '../lib/words.tsx'
import { Dialog } from './dialog.tsx'
import { TokenForm } from './token-form.tsx'

const words = {
  title: ['Your session has ended', 'Je sessie is afgelopen'],
  what: [
    'Sign in again to go on where you were: what you filled in is still there. A token of another workspace leaves this page.',
    'Meld je opnieuw aan om verder te gaan: wat je invulde staat er nog. Een token van een andere werkruimte verlaat deze pagina.',
  ],
} as const

/** Over the page when its session ran out, so that nothing which somebody was writing is lost. */
export function SignInAgain({ session }: { session: Session }) {
  const said = useWords(words)
  const queries = useQueryClient()
  const isOver = useSessionOver()
  const goOn = (again: Session) => {
    if (again.workspace !== session.workspace) {
      location.assign('/console/')
      return
    }
    queries.setQueryData(['session'], again)
    void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
  }
  return (
    <Dialog title={said.title} isOpen={isOver} isForced onClose={() => {}}>
      <Stack>
        <Text>{said.what}</Text>
        <TokenForm onDone={goOn} />
      </Stack>
    </Dialog>
  )
}
