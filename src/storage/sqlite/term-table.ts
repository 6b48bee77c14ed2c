import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import { idBlockOf, withIds, withoutId } from '../search/id-set.ts'
import type { Term } from '../search/profile-terms.ts'
import * as sql from './search-statements.ts'

/** Who is entered under which term, inside a transaction of the writer's. */
export class TermTable {
  readonly #select: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(sql.selectTermBlock)
    this.#put = db.prepare(sql.putTermBlock)
    this.#delete = db.prepare(sql.deleteTermBlock)
  }

  /** Beginning an index anew finds some there already. */
  enter(workspaceId: WorkspaceId, { kind, name, value }: Term, ids: readonly ProfileId[]): void {
    for (const [block, inBlock] of Map.groupBy(ids, idBlockOf)) {
      const key = [workspaceId, kind, name, value, block] as const
      const held = this.#select.get(...key)?.ids as Uint8Array | undefined
      this.#put.run(...key, withIds(held, inBlock))
    }
  }

  remove(workspaceId: WorkspaceId, { kind, name, value }: Term, id: ProfileId): void {
    const key = [workspaceId, kind, name, value, idBlockOf(id)] as const
    const held = this.#select.get(...key)?.ids as Uint8Array | undefined
    if (!held) return
    const left = withoutId(held, id)
    if (left) this.#put.run(...key, left)
    else this.#delete.run(...key)
  }
}
