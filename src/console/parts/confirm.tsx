import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../lib/words.tsx'
import { Dialog } from './dialog.tsx'
import { Failed } from './states.tsx'

const words = {
  cancel: ['Cancel', 'Annuleren'],
  close: ['Close', 'Sluiten'],
} as const

interface ConfirmProps {
  title: string
  /** The verb on the button: what will happen. */
  verb: string
  isOpen: boolean
  isDangerous?: boolean
  isReady?: boolean
  /** It has happened: there is only something to read. */
  isDone?: boolean
  /** What happens once it is confirmed. */
  acting: { isPending: boolean; error: unknown; mutate(): void }
  onClose(): void
  children: ReactNode
}

/** Asks before something happens, and says what will. */
export function Confirm(props: ConfirmProps) {
  const said = useWords(words)
  const { title, verb, isOpen, isDangerous, isReady = true, isDone, acting } = props
  return (
    <Dialog isOpen={isOpen} onClose={props.onClose} title={title}>
      <Stack>
        {props.children}
        {acting.error != null && <Failed error={acting.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {isDone ? said.close : said.cancel}
          </Button>
          {!isDone && (
            <Button
              color={isDangerous ? 'red' : undefined}
              disabled={!isReady}
              loading={acting.isPending}
              onClick={() => acting.mutate()}
            >
              {verb}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}
