import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { identifierKey, type Known, type Need } from '../../core/known.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { profileFromRow } from '../rows.ts'
import * as sql from './statements.ts'

/** Loads what a decision asks for, on the connection that writes, inside its transaction. */
export class KnownLoader {
  readonly #owner: StatementSync
  readonly #otherHolders: StatementSync
  readonly #removedAt: StatementSync
  readonly #profile: StatementSync
  readonly #name: StatementSync

  constructor(db: DatabaseSync) {
    this.#owner = db.prepare(sql.selectOwner)
    this.#otherHolders = db.prepare(sql.selectOtherHolders)
    this.#removedAt = db.prepare(sql.selectRemovedAt)
    this.#profile = db.prepare(sql.selectProfile)
    this.#name = db.prepare(sql.selectName)
  }

  /** With `removals`, also when identifiers were last given up: only dated commands ask. */
  load(known: Known, needs: readonly Need[], workspaceId: WorkspaceId, removals: boolean): void {
    for (const need of needs) {
      if ('identifier' in need) {
        const { kind, value } = need.identifier
        const complete = need.holders === 'all'
        const holders = this.#holdersOf(workspaceId, kind, value, complete)
        const removedAt = removals
          ? this.#removedAt.get(workspaceId, kind, value)?.removed_at
          : null
        known.identifiers.set(identifierKey(need.identifier), {
          holders,
          complete: complete || holders.length === 0,
          removedAt: (removedAt as number | undefined) ?? null,
        })
        // Whoever asks for the owner looks at it next.
        if (holders[0] !== undefined) this.#loadProfile(known, holders[0], workspaceId)
      } else if ('profile' in need) {
        this.#loadProfile(known, need.profile, workspaceId)
      } else {
        const row = this.#name.get(workspaceId, 'attribute', need.attributeName)
        known.attributeNames.set(need.attributeName, row !== undefined)
      }
    }
  }

  /** The owner first, then the others by id when they are asked for. */
  #holdersOf(workspaceId: WorkspaceId, kind: string, value: string, all: boolean): ProfileId[] {
    const owner = this.#owner.get(workspaceId, kind, value)
    if (!owner) return []
    const ids = [owner.profile_id as ProfileId]
    if (!all) return ids
    for (const row of this.#otherHolders.all(workspaceId, kind, value)) {
      ids.push(row.profile_id as ProfileId)
    }
    return ids
  }

  #loadProfile(known: Known, id: ProfileId, workspaceId: WorkspaceId): void {
    if (known.profiles.has(id)) return
    const row = this.#profile.get(workspaceId, id)
    known.profiles.set(id, row ? profileFromRow(row) : null)
  }
}
