import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { JsonObject } from '../../core/json.ts'
import type { EventId, Profile, ProfileId } from '../../core/profile.ts'
import { type ProvenanceGroup, ungroupProvenance } from '../group-provenance.ts'
import { parseList } from '../rows.ts'

/** A profile's row, in the order of `profileColumns`. */
export type ProfileRow = [
  id: number,
  version: number,
  attributes: string,
  provenance: string,
  tags: string,
  identifiers: string,
  phone: string | null,
  createdAt: number,
  updatedAt: number,
  lastEvent: number | null,
  removedAt: number | null,
]

/** Rows come as lists: an object of so many columns takes as long to make as the row to find. */
export function prepareRows(db: DatabaseSync, text: string): StatementSync {
  const statement = db.prepare(text)
  statement.setReturnArrays(true)
  return statement
}

/** A profile as its row holds it. */
export function profileOfRow(row: ProfileRow): Profile {
  return {
    id: row[0] as ProfileId,
    version: row[1],
    attributes: JSON.parse(row[2]) as JsonObject,
    provenance: provenanceOf(row),
    tags: parseList(row[4]),
    identifiers: parseList(row[5]),
    createdAt: row[7],
    updatedAt: row[8],
    lastEvent: row[9] as EventId | null,
    removedAt: row[10],
  }
}

/** The same for somebody who only shows it: most answers tell nothing of who set what when. */
export function shownProfileOfRow(row: ProfileRow): Profile {
  let provenance: Profile['provenance'] | undefined
  return {
    id: row[0] as ProfileId,
    version: row[1],
    attributes: JSON.parse(row[2]) as JsonObject,
    get provenance() {
      provenance ??= provenanceOf(row)
      return provenance
    },
    tags: parseList(row[4]),
    identifiers: parseList(row[5]),
    createdAt: row[7],
    updatedAt: row[8],
    lastEvent: row[9] as EventId | null,
    removedAt: row[10],
  }
}

function provenanceOf(row: ProfileRow): Profile['provenance'] {
  return ungroupProvenance(JSON.parse(row[3]) as ProvenanceGroup[])
}
