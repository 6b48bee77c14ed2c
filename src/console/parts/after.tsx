import { type ReactNode, useDeferredValue } from 'react'

interface AfterProps {
  /** Stands there until then. */
  instead?: ReactNode
  children: ReactNode
}

/**
 * What is drawn once the main thing of a page is there, and gives way to a click: nobody has to
 * wait for it to use the page.
 */
export function After({ instead = null, children }: AfterProps) {
  return useDeferredValue(true, false) ? children : instead
}
