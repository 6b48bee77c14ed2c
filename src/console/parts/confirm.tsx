import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../lib/words.tsx'
import { Failed } from './states.tsx'

const words = {
  cancel: ['Cancel', 'Annuleren'],
} as const

interface ConfirmProps {
  title: string
  /** The verb on the button: what will happen. */
  verb: string
  isOpen: boolean
  isDangerous?: boolean
  isBusy?: boolean
  isReady?: boolean
  error?: unknown
  onClose(): void
  onConfirm(): void
  children: ReactNode
}

/** Asks before something happens, and says what will. */
export function Confirm(props: ConfirmProps) {
  const said = useWords(words)
  const { title, verb, isOpen, isDangerous, isBusy, isReady = true, error } = props
  return (
    <Modal opened={isOpen} onClose={props.onClose} title={title} size="lg">
      <Stack>
        {props.children}
        {error != null && <Failed error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {said.cancel}
          </Button>
          <Button
            color={isDangerous ? 'red' : undefined}
            disabled={!isReady}
            loading={isBusy}
            onClick={props.onConfirm}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
