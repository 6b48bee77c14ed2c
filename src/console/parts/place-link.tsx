import { defaultStringifySearch, useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactNode } from 'react'

interface PlaceLinkProps {
  /** A place in the console, such as `/people/7`. */
  to: string
  search?: { readonly [name: string]: string } | undefined
  className?: string
  'aria-label'?: string
  children: ReactNode
}

const base = '/console'

/** A link of a list: lists have hundreds, and what the router's own does for each is not needed. */
export function PlaceLink({ to, search, className = '', children, ...rest }: PlaceLinkProps) {
  const { history } = useRouter()
  const href = `${base}${to}${search ? defaultStringifySearch(search) : ''}`
  const go = (event: MouseEvent) => {
    const isElsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    if (isElsewhere || event.button !== 0 || event.defaultPrevented) return
    event.preventDefault()
    history.push(href)
  }
  return (
    <a href={href} className={`link ${className}`.trim()} onClick={go} {...rest}>
      {children}
    </a>
  )
}
