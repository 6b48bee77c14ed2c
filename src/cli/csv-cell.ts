/*
 * A spreadsheet takes a cell that begins with one of these for a formula and runs it. Such a cell
 * gets an apostrophe in front when it is written, which spreadsheets do not show, and loses it
 * again when it is read. A number below zero is harmless and stays.
 */
const dangerous = /^'*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/
const negative = /^-\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i
const guarded = /^'+[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** A text as a cell of a CSV file (RFC 4180), harmless in a spreadsheet. */
export function csvCell(text: string): string {
  const safe = dangerous.test(text) && !negative.test(text) ? `'${text}` : text
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Cells as a line of a CSV file. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/** A cell without what `csvCell` put in front. */
export function unguarded(cell: string): string {
  return guarded.test(cell) ? cell.slice(1) : cell
}
