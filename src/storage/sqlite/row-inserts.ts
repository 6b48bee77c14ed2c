import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Rows in one statement. */
const rowsAtOnce = 16

/** A statement that inserts so many rows, and how many values each takes. */
export interface RowStatement {
  text(rows: number): string
  width: number
}

/**
 * Inserts rows of one kind, in the order they were put: several in one statement, since a call for
 * each would take half as long again.
 */
export class RowInserts {
  readonly #one: StatementSync
  readonly #many: StatementSync
  readonly #width: number
  #values: SQLInputValue[] = []
  #inserted = 0

  constructor(db: DatabaseSync, { text, width }: RowStatement) {
    this.#one = db.prepare(text(1))
    this.#many = db.prepare(text(rowsAtOnce))
    this.#width = width
  }

  /** The row is there after `flush` at the latest. */
  put(...values: SQLInputValue[]): void {
    this.#values.push(...values)
    if (this.#values.length < rowsAtOnce * this.#width) return
    this.#inserted += Number(this.#many.run(...this.#values).changes)
    this.#values = []
  }

  /** Inserts what was put off. How many rows were inserted since the last time. */
  flush(): number {
    for (let at = 0; at < this.#values.length; at += this.#width) {
      const { changes } = this.#one.run(...this.#values.slice(at, at + this.#width))
      this.#inserted += Number(changes)
    }
    const inserted = this.#inserted
    this.#values = []
    this.#inserted = 0
    return inserted
  }
}
