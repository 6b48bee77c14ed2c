import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { absorptions, type Decided, gapChange } from '../../core/decision.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { blockOf } from '../search/profile-source.ts'
import { type Term, termChanges } from '../search/profile-terms.ts'
import { deleteRecordsOf, moveRecords } from './record-statements.ts'
import * as sql from './search-statements.ts'
import { TermTable } from './term-table.ts'

interface Added {
  workspaceId: WorkspaceId
  term: Term
  profiles: ProfileId[]
}

/** Keeps what profiles are searched by in step with them, inside the transaction of the group. */
export class SideWriter {
  readonly #terms: TermTable
  readonly #addGap: StatementSync
  readonly #moveRecords: StatementSync
  readonly #deleteRecords: StatementSync
  /** Terms of new profiles that are not written yet, each with whom it is of. */
  readonly #added = new Map<readonly Term[], { workspaceId: WorkspaceId; profiles: ProfileId[] }>()

  constructor(db: DatabaseSync) {
    this.#terms = new TermTable(db)
    this.#addGap = db.prepare(sql.addGap)
    this.#moveRecords = db.prepare(moveRecords)
    this.#deleteRecords = db.prepare(deleteRecordsOf)
  }

  /** Terms of new profiles are there after `flush`. */
  write(workspaceId: WorkspaceId, decided: Decided, indexed: readonly string[]): void {
    for (const [from, into] of absorptions(decided.profiles)) {
      this.#moveRecords.run(into, workspaceId, from)
    }
    for (const write of decided.profiles) {
      const { profile, before } = write
      const { gone, added } = termChanges(before, profile, indexed)
      // What goes may be among what was put off.
      if (gone.length > 0) this.flush()
      for (const term of gone) this.#terms.remove(workspaceId, term, profile.id)
      if (before === null) this.putOff(workspaceId, added, profile.id)
      else for (const term of added) this.#terms.enter(workspaceId, term, [profile.id])
      const gap = gapChange(write)
      if (gap !== 0) this.#addGap.run(workspaceId, blockOf(profile.id), gap)
      if (gap > 0) this.#deleteRecords.run(workspaceId, profile.id)
    }
  }

  /** Writes what was put off; to be called before the group is committed. */
  flush(): void {
    if (this.#added.size === 0) return
    const byTerm = new Map<string, Added>()
    for (const [terms, { workspaceId, profiles }] of this.#added) {
      for (const term of terms) {
        const key = `${workspaceId} ${term.kind} ${term.name}\0${term.value}`
        const added = byTerm.get(key)
        if (added) added.profiles.push(...profiles)
        else byTerm.set(key, { workspaceId, term, profiles: [...profiles] })
      }
    }
    this.#added.clear()
    for (const { workspaceId, term, profiles } of byTerm.values()) {
      this.#terms.enter(workspaceId, term, profiles)
    }
  }

  /** Many new profiles have few countries and tags: each is entered for all of them at once. */
  putOff(workspaceId: WorkspaceId, terms: readonly Term[], profile: ProfileId): void {
    const added = this.#added.get(terms)
    if (added) added.profiles.push(profile)
    else this.#added.set(terms, { workspaceId, profiles: [profile] })
  }
}
