import { Table } from '@mantine/core'
import type { ReactNode } from 'react'

interface WideTableProps {
  /** In pixels; on a narrower screen the table scrolls, and the page does not. */
  minWidth: number
  /** What stands over each column; an empty one has no heading. */
  heads: readonly string[]
  children: ReactNode
}

/** Rows under headings. */
export function WideTable({ minWidth, heads, children }: WideTableProps) {
  return (
    // Without a link in it, it could not be scrolled by keys.
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) =>
              head === '' ? <Table.Td key="none" /> : <Table.Th key={head}>{head}</Table.Th>,
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  )
}
