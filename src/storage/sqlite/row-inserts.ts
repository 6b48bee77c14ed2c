import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Rows in one statement. */
const rowsAtOnce = 16

/**
 * A statement that inserts so many rows. It fails the whole transaction: one that could be undone
 * alone would have the engine copy every page before it is changed.
 */
export interface RowStatement {
  text(rows: number): string
  /** Values that differ from row to row. */
  width: number
}

/** Inserts rows of one kind, several in one statement: a call for each takes half as long again. */
export class RowInserts {
  readonly #one: StatementSync
  readonly #many: StatementSync
  readonly #width: number

  constructor(db: DatabaseSync, { text, width }: RowStatement) {
    this.#one = db.prepare(text(1))
    this.#many = db.prepare(text(rowsAtOnce))
    this.#width = width
  }

  /**
   * The values of all rows, one row after the other; `shared` are those that a statement takes
   * before them, told which row is its first.
   */
  insert(
    values: readonly SQLInputValue[],
    shared: (first: number) => SQLInputValue[] = () => [],
  ): void {
    const rows = values.length / this.#width
    for (let first = 0; first < rows; ) {
      const count = rows - first < rowsAtOnce ? 1 : rowsAtOnce
      const some = values.slice(first * this.#width, (first + count) * this.#width)
      const statement = count === 1 ? this.#one : this.#many
      statement.run(...shared(first), ...some)
      first += count
    }
  }
}
