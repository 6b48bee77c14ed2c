import { standardAttributes } from '../../core/attributes.ts'
import { own } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { USER_ID } from '../../core/profile.ts'
import { didYouMean } from '../../lib/nearest.ts'
import { CliError } from '../command.ts'
import type { RowSource } from './source-row.ts'

/** What a column of a file means. */
export type Target =
  | { to: 'attribute'; name: string }
  | { to: 'identifier'; kind: string }
  | { to: 'attributes' | 'identifiers' | 'tags' | 'profile_id' | 'occurred_at' | 'skip' }

export interface ColumnMapping {
  column: string
  target: Target
  /** Text; JSON, which a `:json` behind the column's name says; or values as they are. */
  cells: 'text' | 'json' | 'values'
  by: 'asked' | 'guessed'
}

/** Ends the name of a column of a CSV file whose cells are JSON. */
export const jsonEnding = ':json'
/** Begins a name of a column that is an attribute's, whatever follows. */
export const attributeBeginning = 'attribute:'
/** What the file of rejected rows adds to a row; left out when that file is imported. */
export const rejectedRow = '_row'
export const rejectedBecause = '_rejected_because'

/** What an export says of a person besides attributes, and what an import makes of it. */
export const exportColumns = {
  profile_id: { to: 'skip' },
  user_id: { to: 'identifier', kind: USER_ID },
  identifiers: { to: 'identifiers' },
  tags: { to: 'tags' },
  version: { to: 'skip' },
  created_at: { to: 'skip' },
  updated_at: { to: 'skip' },
  attributes: { to: 'attributes' },
} as const satisfies { [column: string]: Target }

/**
 * Decides what each column means: as asked by `--map COLUMN=TARGET`, else by its name. Columns that
 * nobody knows become attributes of their own name.
 */
export class ColumnMap {
  readonly #asked = new Map<string, Target>()
  readonly #known = new Map<string, ColumnMapping>()
  readonly #dialects: readonly string[]
  /** Whether the file is an export, whose columns are what they are called. */
  readonly isExport: boolean
  readonly #format: RowSource['format']

  /**
   * @param dialects ids of dialects: `DIALECT.word` and `DIALECT_word` are identifiers of theirs
   * @throws CliError `usage` for a `--map` that cannot be.
   */
  constructor(
    { columns, format }: Pick<RowSource, 'columns' | 'format'>,
    asked: readonly string[],
    dialects: readonly string[],
  ) {
    this.#dialects = dialects
    this.#format = format
    this.isExport = columns.includes('profile_id')
    for (const word of asked) {
      const at = word.lastIndexOf('=')
      const column = word.slice(0, at)
      if (at < 1) throw new CliError('usage', `--map takes COLUMN=TARGET, not "${word}".`)
      if (!columns.includes(column)) {
        const meant = didYouMean(column, columns)
        throw new CliError('usage', `The file has no column "${column}".${meant}`)
      }
      this.#asked.set(column, this.#readTarget(word.slice(at + 1)))
    }
    for (const column of columns) this.of(column)
  }

  of(column: string): ColumnMapping {
    const known = this.#known.get(column)
    if (known) return known
    const mapping = this.#decide(column)
    // Rows without a header may name anything: what is remembered stays bounded.
    if (this.#known.size < 10_000) this.#known.set(column, mapping)
    return mapping
  }

  all(): ColumnMapping[] {
    return [...this.#known.values()]
  }

  #decide(column: string): ColumnMapping {
    const json = this.#format === 'csv' && column.endsWith(jsonEnding)
    const cells = this.#format === 'ndjson' ? 'values' : json ? 'json' : 'text'
    const asked = this.#asked.get(column)
    if (asked) return { column, target: asked, cells, by: 'asked' }
    const name = json ? column.slice(0, -jsonEnding.length) : column
    return { column, target: this.#guess(name), cells, by: 'guessed' }
  }

  #guess(name: string): Target {
    if (name === rejectedBecause || name === rejectedRow) return { to: 'skip' }
    if (name.startsWith(attributeBeginning)) {
      return { to: 'attribute', name: name.slice(attributeBeginning.length) }
    }
    if (this.isExport) return own<Target>(exportColumns, name) ?? { to: 'attribute', name }
    const folded = name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
    if (folded === 'tags' || folded === 'occurredat') {
      return { to: folded === 'tags' ? 'tags' : 'occurred_at' }
    }
    const dialect = this.#dialects.find((id) => folded === `${id}id`)
    const ofVendor = dialect === undefined ? this.#identifierKind(name) : `${dialect}.id`
    const kind = ofVendor ?? own(identifierWords, folded)
    if (kind !== undefined && kind !== null) return { to: 'identifier', kind }
    return { to: 'attribute', name: standardNames.get(folded) ?? own(words, folded) ?? name }
  }

  #readTarget(text: string): Target {
    if (text === '-') return { to: 'skip' }
    switch (text) {
      case 'attributes':
      case 'identifiers':
      case 'tags':
      case 'profile_id':
      case 'occurred_at':
        return { to: text }
    }
    if (text === USER_ID) return { to: 'identifier', kind: USER_ID }
    const kind = this.#identifierKind(text)
    if (kind !== null) return { to: 'identifier', kind }
    const name = text.startsWith(attributeBeginning) ? text.slice(attributeBeginning.length) : text
    if (name === '' || name.length > limits.nameLengthMax || name === '__proto__') {
      throw new CliError('usage', `"${text}" is no name of an attribute.`)
    }
    return { to: 'attribute', name }
  }

  #identifierKind(text: string): string | null {
    for (const id of this.#dialects) {
      const rest = text.toLowerCase().startsWith(id) ? text.toLowerCase().slice(id.length) : ''
      if (/^[._][a-z0-9_-]+$/.test(rest)) return `${id}.${rest.slice(1)}`
    }
    return null
  }
}

/** A mapping in words. */
export function describeTarget(target: Target): string {
  switch (target.to) {
    case 'attribute':
      return target.name
    case 'identifier':
      return `${target.kind} (identifier)`
    case 'skip':
      return '- (left out)'
    default:
      return `${target.to} (not an attribute)`
  }
}

const standardNames = new Map(
  Object.keys(standardAttributes).map((name) => [name.replaceAll('_', ''), name]),
)

/** Folded names that stand for the customer's own id. */
const identifierWords: { readonly [folded: string]: string } = Object.fromEntries(
  ['userid', 'customerid', 'memberid', 'externalid', 'customid'].map((word) => [word, USER_ID]),
)

/** Other folded spellings of standard attributes. */
const words: { readonly [folded: string]: string } = {
  mail: 'email',
  emailaddress: 'email',
  givenname: 'first_name',
  firstnames: 'first_name',
  forename: 'first_name',
  surname: 'last_name',
  familyname: 'last_name',
  infix: 'name_infix',
  fullname: 'name',
  phonenumber: 'phone',
  telephone: 'phone',
  mobile: 'phone',
  mobilenumber: 'phone',
  mobilephone: 'phone',
  mobilephonenumber: 'phone',
  landline: 'landline_phone',
  landlinenumber: 'landline_phone',
  avatar: 'avatar_url',
  sex: 'gender',
  lang: 'language',
  locale: 'language',
  countrycode: 'country',
  state: 'region',
  province: 'region',
  town: 'city',
}
