import { Button } from '@mantine/core'
import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Failed } from './states.tsx'

/** Asks for the next page of a list, where there is one. */
export function More({ pages, children }: { pages: UseInfiniteQueryResult; children: ReactNode }) {
  if (!pages.hasNextPage) return null
  if (pages.isFetchNextPageError) return <Failed error={pages.error} retry={pages.fetchNextPage} />
  return (
    <Button
      variant="default"
      loading={pages.isFetchingNextPage}
      onClick={() => void pages.fetchNextPage()}
    >
      {children}
    </Button>
  )
}
