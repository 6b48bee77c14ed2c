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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <div className="scroll-x" tabIndex={0}>
      <table className="table" style={{ minWidth }}>
        <thead>
          <tr>
            {heads.map((head) => (head === '' ? <td key="none" /> : <th key={head}>{head}</th>))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  )
}
