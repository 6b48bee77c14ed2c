import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

export interface DiskUse {
  fileBytes: number
  /** Pages of the tables and indexes that hold people, divided by how many there are. */
  bytesPerProfile: number
  bytesPerEvent: number
}

/** What a profile and an event take on disk, indexes included, in a file that nobody writes. */
export function diskUse(path: string): DiskUse {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const number = (sql: string) => Number(Object.values(db.prepare(sql).get() ?? {})[0] ?? 0)
    const pages = (tables: string) =>
      number(`SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN (
        SELECT name FROM sqlite_schema WHERE tbl_name IN (${tables}))`)
    const profiles = number('SELECT count(*) FROM profiles')
    const events = number('SELECT count(*) FROM events')
    return {
      fileBytes: statSync(path).size,
      bytesPerProfile: Math.round(pages(profileTables) / profiles),
      bytesPerEvent: Math.round(pages(eventTables) / events),
    }
  } finally {
    db.close()
  }
}

const profileTables = "'profiles', 'profile_identifiers', 'removed_identifiers'"
const eventTables = "'events', 'event_identifiers'"
