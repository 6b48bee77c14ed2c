import type { Row } from './rows.ts'

/** How an engine says the few things that differ; `?1` is the workspace and `?2` a list of ids. */
export interface EraseSyntax {
  /** A condition on a column: it is in the list. */
  among(column: string): string
  /** The same for a list of texts. */
  amongTexts(column: string): string
  /** A condition on rows that have keys: their id is in the list. */
  ids(table: string): string
  /** A condition on rows that have keys: their id is that of an expression. */
  at(table: string, id: string): string
  /** A condition on rows that have keys: their id is above the one and not above the other. */
  between(table: string, above: string, upTo: string): string
  /** A condition on a column: `?2` is within its text. */
  holds(column: string): string
  /** Keeps others from writing until the end of a transaction, and has them forget names. */
  holdNames: string
}

type Value = string | number | null | readonly number[] | readonly string[]

/** One transaction, or a look outside of any. */
export interface EraseSession {
  all(text: string, values: readonly Value[]): Promise<Row[]>
  /** Answers how many rows were changed. */
  run(text: string, values: readonly Value[]): Promise<number>
}

export interface EraseTools {
  syntax: EraseSyntax
  look: EraseSession
  /** Hashes whom is erased, so that they are known again; null takes nothing down. */
  hash: ((texts: readonly string[]) => Promise<readonly string[]>) | null
  /** Runs work in one transaction. */
  write<T>(work: (session: EraseSession) => Promise<T>): Promise<T>
}
