import { hash } from 'node:crypto'
import type { CopiedRow } from '../copied-tables.ts'
import { binaryArray, type ElementType } from './binary-array.ts'

/** A column of the database, as its catalogue names it. */
export interface Column {
  name: string
  type: string
}

/** How the values of a type come from the file into the database, and are compared afterwards. */
interface CopiedType {
  sentAs: ElementType
  /** From the value in the file to what is sent. */
  send(value: unknown): unknown
  /** From what was sent, which is called `name`, to the column. */
  store(name: string): string
  /** What is compared: of a value in the file, and of the column. */
  compare: readonly [ofValue: (value: unknown) => string, ofColumn: (name: string) => string]
}

const same = (name: string) => name
const cast = (type: string) => (name: string) => `${name}::${type}`
const hex = (value: unknown) => Buffer.from(value as Uint8Array).toString('hex')
const asIs = { send: (value: unknown) => value, store: same }
const inHex = { sentAs: 'text', send: hex } as const

const types: { readonly [type: string]: CopiedType } = {
  bigint: { sentAs: 'int8', ...asIs, compare: [String, cast('text')] },
  integer: { sentAs: 'int4', ...asIs, compare: [String, cast('text')] },
  text: { sentAs: 'text', ...asIs, compare: [String, same] },
  boolean: {
    ...asIs,
    sentAs: 'int4',
    store: cast('boolean'),
    compare: [String, cast('int::text')],
  },
  bytea: {
    ...inHex,
    store: (name) => `decode(${name}, 'hex')`,
    compare: [hex, (name) => `encode(${name}, 'hex')`],
  },
  bit: {
    ...inHex,
    store: (name) => `('x' || ${name})::varbit`,
    // As it is sent, without the length that comes first.
    compare: [hex, (name) => `encode(substring(bit_send(${name}) FROM 5), 'hex')`],
  },
  // Compared by its bytes: two programs may write one number in two ways.
  'double precision': {
    sentAs: 'text',
    send: String,
    store: cast('float8'),
    compare: [doubleHex, (name) => `encode(float8send(${name}), 'hex')`],
  },
}

/** @throws Error for a type that is not known here, which a new column may have. */
function typeOf({ name, type }: Column): CopiedType {
  const known = types[type]
  if (!known) throw new Error(`A copy does not know the type "${type}" of the column ${name}.`)
  return known
}

/** The statement that takes rows as a list for each column. */
export function insertText(table: string, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => name).join(', ')
  const stored = columns.map((column) => typeOf(column).store(column.name)).join(', ')
  const lists = columns.map((column, at) => `$${at + 1}::${typeOf(column).sentAs}[]`).join(', ')
  return `INSERT INTO ${table} (${names}) SELECT ${stored} FROM unnest(${lists}) AS n (${names})`
}

/** What goes with `insertText`. */
export function insertValues(rows: readonly CopiedRow[], columns: readonly Column[]): Buffer[] {
  return columns.map((column) => {
    const { sentAs, send } = typeOf(column)
    const values = rows.map((row) => row[column.name] ?? null)
    return binaryArray(
      sentAs,
      values.map((value) => (value === null ? null : send(value))),
    )
  })
}

/** Between the columns of a row, and in the place of null, where rows are compared. */
const between = 31
const none = 30
/** Hexadecimal digits of a row's hash that are added up: 60 bits. */
const digits = 15

/** How many rows there are, and the sum of their hashes: rows come back in no order. */
export interface Tally {
  rows: number
  sum: bigint
}

export function addRows(tally: Tally, rows: readonly CopiedRow[], columns: readonly Column[]) {
  const compared = columns.map((column) => [column.name, typeOf(column).compare[0]] as const)
  for (const row of rows) {
    const texts = compared.map(([name, ofValue]) => {
      const value = row[name] ?? null
      return value === null ? String.fromCharCode(none) : ofValue(value)
    })
    const digest = hash('sha256', texts.join(String.fromCharCode(between)), 'hex')
    tally.rows += 1
    tally.sum += BigInt(`0x${digest.slice(0, digits)}`)
  }
}

/** The same of what is in the database. */
export function tallyText(table: string, columns: readonly Column[]): string {
  const texts = columns.map(
    (column) => `coalesce(${typeOf(column).compare[1](column.name)}, chr(${none}))`,
  )
  const row = `concat_ws(chr(${between}), ${texts.join(', ')})`
  const digest = `left(encode(sha256(convert_to(${row}, 'UTF8')), 'hex'), ${digits})`
  return `
    SELECT count(*)::text AS rows,
      coalesce(sum(('x' || ${digest})::bit(60)::bigint), 0)::text AS sum
    FROM ${table}`
}

function doubleHex(value: unknown): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value as number)
  return bytes.toString('hex')
}
