import { Modal } from '@mantine/core'
import { type ReactNode, useLayoutEffect, useState } from 'react'
import { useSessionOver } from '../lib/session-end.ts'
import { useWords } from '../lib/words.tsx'

const words = {
  close: ['Close this window', 'Dit venster sluiten'],
} as const

interface DialogProps {
  title: string
  isOpen: boolean
  /** It stands over every other, and cannot be closed: something has to be done first. */
  isForced?: boolean
  onClose(): void
  children: ReactNode
}

/** A window over the page. Its cross has a name, which the library leaves to us. */
export function Dialog({ title, isOpen, isForced = false, onClose, children }: DialogProps) {
  const said = useWords(words)
  const isUnder = useSessionOver() && !isForced
  useFocusReturn(isOpen)
  // A closed one costs as much to draw as a row of a list, and most are never opened.
  const [wasOpen, setWasOpen] = useState(isOpen)
  if (isOpen && !wasOpen) setWasOpen(true)
  if (!isOpen && !wasOpen) return null
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size="lg"
      returnFocus={false}
      trapFocus={!isUnder}
      closeOnEscape={!isForced && !isUnder}
      closeOnClickOutside={!isForced}
      withCloseButton={!isForced}
      zIndex={isForced ? 1_000 : 200}
      closeButtonProps={{ 'aria-label': said.close }}
    >
      {children}
    </Modal>
  )
}

/**
 * Puts the focus back where it was before. The library does so only for windows that are closed
 * before they are taken away, and where what had the focus is still there.
 */
function useFocusReturn(isOpen: boolean): void {
  useLayoutEffect(() => {
    if (!isOpen) return
    const before = document.activeElement
    return () => {
      // The window lets go of the focus last of all.
      setTimeout(() => {
        const isThere = before instanceof HTMLElement && before.isConnected
        const place = isThere ? before : document.getElementById('page')
        place?.focus({ preventScroll: true })
      })
    }
  }, [isOpen])
}
