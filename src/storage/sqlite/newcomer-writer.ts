import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { Foreseen, Likeness, Stretch } from './foresee.ts'
import { RowInserts } from './row-inserts.ts'
import { roomBytes } from './row-size.ts'
import type { SideWriter } from './side-writer.ts'
import * as sql from './statements.ts'
import type { WorkspaceStates } from './workspace-state.ts'

interface Parts {
  side: SideWriter
  states: WorkspaceStates
}

const room = ' '.repeat(roomBytes)

/** Writes people as they were foreseen, where nobody has what they are to have. */
export class NewcomerWriter {
  readonly #parts: Parts
  readonly #claim: StatementSync
  readonly #unclaim: StatementSync
  readonly #profiles: RowInserts
  readonly #events: RowInserts

  constructor(db: DatabaseSync, parts: Parts) {
    this.#parts = parts
    this.#claim = db.prepare(sql.insertOwners)
    this.#unclaim = db.prepare(sql.deleteOwners)
    this.#profiles = new RowInserts(db, sql.insertNewcomers)
    this.#events = new RowInserts(db, sql.insertNewcomerEvents)
  }

  /**
   * Writes a stretch of rows that were all foreseen. False, and nothing is changed, where somebody
   * has one of the identifiers, or two of them the same.
   */
  write(workspaceId: WorkspaceId, rows: Foreseen, stretch: Stretch, now: number): boolean {
    const { side, states } = this.#parts
    const state = states.get(workspaceId)
    const profile = (state.last.profile + 1) as ProfileId
    const event = state.last.event + 1
    if (!this.#claimAll(workspaceId, profile, rows, stretch)) return false
    const profiles: (string | null)[] = []
    const events: (string | null)[] = []
    for (let row = stretch.from; row < stretch.to; row++) {
      const nth = row - stretch.from
      const { provenance, tags, terms, names } = rows.likenesses[rows.like[row] ?? 0] as Likeness
      const attributes = rows.attributes[row] ?? ''
      const identifiers = rows.identifiers[row] ?? ''
      const changed = provenance ? `${provenance[0]}${event + nth}${provenance[1]}` : '[]'
      profiles.push(attributes, changed + room, tags, identifiers, rows.phones[row] ?? null)
      const told = rows.told.get(row)
      events.push(told?.attributes ?? attributes, rows.changes[row] ?? '')
      events.push(told?.dropped ?? '[]', told?.identifiers ?? identifiers)
      side.putOff(workspaceId, terms, (profile + nth) as ProfileId)
      states.advanceByNewcomer(workspaceId, state, names, now)
    }
    const shared = (first: number) => [workspaceId, profile + first, event + first, now]
    this.#profiles.insert(profiles, shared)
    this.#events.insert(events, shared)
    return true
  }

  #claimAll(id: WorkspaceId, profile: ProfileId, rows: Foreseen, { from, to }: Stretch): boolean {
    const claimed: [kind: string, values: string][] = []
    for (const [kind, all] of rows.owners) {
      const values = all.slice(from, to)
      const count = values.reduce((sum, value) => (value === null ? sum : sum + 1), 0)
      if (count === 0) continue
      const text = JSON.stringify(values)
      const { changes } = this.#claim.run(id, kind, profile, text)
      if (changes !== 0) claimed.push([kind, text])
      if (changes === count) continue
      for (const [mine, texts] of claimed) this.#unclaim.run(id, mine, profile, texts)
      return false
    }
    return true
  }
}
