import { appendFileSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'

/*
 * Notes what each commit of the program wrote and if it was synced, which the connection itself
 * is asked at that moment: a line for each in the file that the environment names. Loaded before
 * the store is, in each thread.
 */
export interface NotedCommit {
  /** As SQLite has it: 2 syncs each commit, 1 leaves it to a later one. */
  level: number
  wrote: string[]
}

const path = process.env.TEST_SYNCS_FILE ?? ''
const { exec, prepare } = DatabaseSync.prototype
const writes = /\b(INSERT (?:OR FAIL )?INTO|REPLACE INTO|UPDATE|DELETE FROM)\s+\w+/
const wrote = new WeakMap<DatabaseSync, Set<string>>()

function note(db: DatabaseSync): void {
  const statements = wrote.get(db)
  wrote.delete(db)
  if (!statements) return
  const level = Number(prepare.call(db, 'PRAGMA synchronous').get()?.synchronous)
  const line: NotedCommit = { level, wrote: [...statements] }
  appendFileSync(path, `${JSON.stringify(line)}\n`)
}

DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...args): StatementSync {
  const statement = prepare.apply(this, args)
  const text = args[0].replace(/\s+/g, ' ').trim()
  if (!writes.test(text)) return statement
  for (const method of ['run', 'get', 'all'] as const) {
    const call = statement[method].bind(statement) as (...values: unknown[]) => never
    statement[method] = (...values: unknown[]) => {
      wrote.set(this, (wrote.get(this) ?? new Set()).add(text))
      const result = call(...values)
      if (!this.isTransaction) note(this)
      return result
    }
  }
  return statement
}

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  if (sql === 'COMMIT') note(this)
  else if (sql === 'ROLLBACK') wrote.delete(this)
  exec.call(this, sql)
}
