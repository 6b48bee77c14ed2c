import type { DialectResponse } from '../../core/dialect.ts'

type Row = ReadonlyMap<string, string>

/** What every row has; what only some have is told in one column, as JSON. */
export const columns = ['id', 'time', 'type', 'profileid', 'source']
/** Stands before what an event brought under the name of a column. */
export const attributesPrefix = 'attributes.'

export function asJson(rows: readonly Row[]): DialectResponse {
  return { status: 200, body: rows.map((row) => Object.fromEntries(row)) }
}

export function asCsv(rows: readonly Row[], withHeader: boolean): DialectResponse {
  const lines = rows.map((row) => [...columns.map((name) => row.get(name) ?? ''), others(row)])
  const all = withHeader ? [[...columns, 'attributes'], ...lines] : lines
  const body = all.map((cells) => `${cells.map(quoted).join(',')}\n`).join('')
  return { status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' }, body }
}

export function asXml(rows: readonly Row[]): DialectResponse {
  const records = rows.map((row) => {
    const cells = [...columns.map((name) => [name, row.get(name) ?? ''] as const)]
    const all = [...cells, ['attributes', others(row)] as const]
    return `<record>${all.map(([name, text]) => `<${name}>${escaped(text)}</${name}>`).join('')}</record>`
  })
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<records>${records.join('')}</records>\n`
  return { status: 200, headers: { 'content-type': 'application/xml; charset=utf-8' }, body }
}

function others(row: Row): string {
  const left = [...row].filter(([name]) => !columns.includes(name))
  return JSON.stringify(Object.fromEntries(left.map(([name, text]) => [ownName(name), text])))
}

/** Among themselves the attributes need nothing before their names. */
function ownName(name: string): string {
  const own = name.slice(attributesPrefix.length)
  return name.startsWith(attributesPrefix) && columns.includes(own) ? own : name
}

/**
 * A cell of its own whatever it holds. One that a spreadsheet would take for a formula is made text
 * by an apostrophe: what is in it came from outside.
 */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Characters that XML has no way to write are left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}
