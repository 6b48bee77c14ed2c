import type { ReactNode } from 'react'

interface BadgeProps {
  looks?: 'good' | 'bad' | undefined
  children: ReactNode
}

/** A word that is told from those round it, such as a state. */
export function Badge({ looks, children }: BadgeProps) {
  return <span className={looks ? `badge badge-${looks}` : 'badge'}>{children}</span>
}
