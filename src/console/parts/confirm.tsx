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
  isBusy?: boolean
  isReady?: boolean
  /** It has happened: there is only something to read. */
  isDone?: boolean
  error?: unknown
  onClose(): void
  onConfirm(): void
  children: ReactNode
}

/** Asks before something happens, and says what will. */
export function Confirm(props: ConfirmProps) {
  const said = useWords(words)
  const { title, verb, isOpen, isDangerous, isBusy, isReady = true, isDone, error } = props
  return (
    <Dialog isOpen={isOpen} onClose={props.onClose} title={title}>
      <Stack>
        {props.children}
        {error != null && <Failed error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {isDone ? said.close : said.cancel}
          </Button>
          {!isDone && (
            <Button
              color={isDangerous ? 'red' : undefined}
              disabled={!isReady}
              loading={isBusy}
              onClick={props.onConfirm}
            >
              {verb}
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}
