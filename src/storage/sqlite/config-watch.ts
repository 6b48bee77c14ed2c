import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { tokenFromRow, workspaceFromRow } from '../rows.ts'
import type { FoundToken } from '../store.ts'
import { selectWorkspaces } from './admin.ts'

export const selectTokens = `
  SELECT id, workspace_id, dialect, public_part, secret_hash, scopes, label, rate_limit,
    created_at, revoked_at
  FROM tokens`

/** Tokens remembered; beyond it the memory starts anew and the table is asked again. */
const rememberedMax = 10_000

/**
 * Finds tokens without a query for each call, and yet never uses one that was revoked: the version
 * of the configuration is read once in each turn of the event loop, so a call that begins after
 * another process's commit sees it.
 */
export class ConfigWatch {
  readonly #version: StatementSync
  readonly #token: StatementSync
  readonly #workspace: StatementSync
  readonly #found = new Map<string, FoundToken | null>()
  #seenVersion = -1
  #fresh = false

  readonly #changed: () => void

  /** `changed` is called when the configuration is another than it was. */
  constructor(db: DatabaseSync, changed: () => void) {
    this.#changed = changed
    this.#version = db.prepare('SELECT config_version FROM state WHERE one = 1')
    this.#token = db.prepare(`${selectTokens} WHERE public_part = ? AND revoked_at IS NULL`)
    this.#workspace = db.prepare(`${selectWorkspaces} WHERE id = ?`)
  }

  findToken(publicPart: string): FoundToken | null {
    this.#refresh()
    const known = this.#found.get(publicPart)
    if (known !== undefined) return known
    if (this.#found.size >= rememberedMax) this.#found.clear()
    const found = this.#read(publicPart)
    this.#found.set(publicPart, found)
    return found
  }

  #refresh(): void {
    if (this.#fresh) return
    this.#fresh = true
    setImmediate(() => {
      this.#fresh = false
    })
    const version = this.#version.get()?.config_version as number
    if (version !== this.#seenVersion) {
      this.#found.clear()
      this.#changed()
    }
    this.#seenVersion = version
  }

  #read(publicPart: string): FoundToken | null {
    const row = this.#token.get(publicPart)
    if (!row) return null
    const token = tokenFromRow(row)
    const workspace = this.#workspace.get(token.workspaceId)
    return workspace ? { token, workspace: workspaceFromRow(workspace) } : null
  }
}
