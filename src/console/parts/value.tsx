/** What fits on a line is not spread over more. */
const shortMax = 60

/** A stored value as it is: text as text, everything else as JSON. Nothing of it is ever markup. */
export function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) {
    return <span className="dim">—</span>
  }
  if (typeof value === 'string') return <span>{value === '' ? '""' : value}</span>
  if (typeof value === 'object') {
    const short = JSON.stringify(value)
    if (short.length <= shortMax) return <code className="inline">{short}</code>
    return <pre className="inline code">{JSON.stringify(value, null, 2)}</pre>
  }
  return <code className="inline">{String(value)}</code>
}
