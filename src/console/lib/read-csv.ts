export interface CsvRow {
  /** On which line of the file it begins, counted from 1. */
  line: number
  fields: string[]
}

/**
 * Rows of fields; quotes hold what they hold, doubled ones stand for one. Empty lines are passed
 * over.
 * @throws where a quote is never closed, with its line: what stands behind it would be one field.
 */
export function readCsv(text: string): CsvRow[] {
  const separator = separatorOf(text.split('\n', 1)[0] ?? '')
  const rows: CsvRow[] = []
  let fields: string[] = []
  let field = ''
  let isQuoted = false
  let line = 1
  let begins = 1
  let quotedFrom = 1
  const endRow = () => {
    fields.push(field)
    if (fields.length > 1 || fields[0] !== '') rows.push({ line: begins, fields })
    fields = []
    field = ''
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '\n') line++
    if (isQuoted) {
      if (sign !== '"') field += sign
      else if (text[at + 1] === '"') {
        field += '"'
        at++
      } else isQuoted = false
    } else if (sign === '"' && field === '') {
      isQuoted = true
      quotedFrom = line
    } else if (sign === separator) {
      fields.push(field)
      field = ''
    } else if (sign === '\n') {
      endRow()
      begins = line
    } else if (sign !== '\r') field += sign
  }
  if (isQuoted) throw new UnclosedQuote(quotedFrom)
  if (field !== '' || fields.length > 0) endRow()
  return rows
}

/** A quote that is opened and never closed. */
export class UnclosedQuote extends Error {
  readonly line: number

  constructor(line: number) {
    super(`The quote that is opened on line ${line} is never closed.`)
    this.line = line
  }
}

/** Whichever of them stands in the heading most often. */
function separatorOf(heading: string): string {
  const counted = [',', ';', '\t'].map((sign) => [sign, heading.split(sign).length] as const)
  return counted.reduce((most, one) => (one[1] > most[1] ? one : most))[0]
}
