import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { useWords } from '../lib/words.tsx'

const words = {
  close: ['Close this window', 'Dit venster sluiten'],
} as const

interface DialogProps {
  title: string
  isOpen: boolean
  onClose(): void
  children: ReactNode
}

/** A window over the page. Its cross has a name, which the library leaves to us. */
export function Dialog({ title, isOpen, onClose, children }: DialogProps) {
  const said = useWords(words)
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size="lg"
      closeButtonProps={{ 'aria-label': said.close }}
    >
      {children}
    </Modal>
  )
}
