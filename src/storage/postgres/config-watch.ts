import type pg from 'pg'
import { type Row, tokenFromRow, workspaceFromRow } from '../rows.ts'
import type { FoundToken } from '../store.ts'
import type { DatabaseClock } from './database-clock.ts'
import { storageFault } from './faults.ts'
import { ask, type Statement } from './transaction.ts'

/** Older than this, the version is asked for again, while the memory still serves. */
const refreshMs = 500
/** Older than this, the memory does not serve: a revoked token is refused everywhere within it. */
const trustMs = 1_000
/** Tokens remembered; beyond it the memory starts anew and the table is asked again. */
const rememberedMax = 10_000

export const selectVersion: Statement = {
  name: 'select_version',
  text: `SELECT config_version, extract(epoch FROM clock_timestamp()) * 1000 AS now FROM state`,
}

export const selectFound: Statement = {
  name: 'select_found',
  text: `
    SELECT t.id, t.workspace_id, t.dialect, t.public_part, t.secret_hash, t.scopes, t.label,
      t.rate_limit, t.created_at, t.revoked_at, w.name, w.settings, w.id_key,
      w.created_at AS workspace_created_at
    FROM tokens t JOIN workspaces w ON w.id = t.workspace_id
    WHERE t.public_part = $1 AND t.revoked_at IS NULL`,
}

/**
 * Finds tokens without a question for each call. The version of the configuration is asked for
 * while tokens are looked up, so that what another node changed holds here within a second; where
 * that cannot be asked, nothing is found either.
 */
export class ConfigWatch {
  readonly #pool: pg.Pool
  readonly #clock: DatabaseClock
  readonly #found = new Map<string, FoundToken>()
  #version = -1
  /** When the newest answer was asked for, as `performance.now()` tells it. */
  #askedAt = Number.NEGATIVE_INFINITY
  #asking: Promise<void> | null = null

  readonly #changed: () => void

  /** `changed` is called when the configuration is another than it was. */
  constructor(pool: pg.Pool, clock: DatabaseClock, changed: () => void) {
    this.#pool = pool
    this.#clock = clock
    this.#changed = changed
  }

  /** @throws Fault `unavailable`, or a promise of it, when the database cannot be asked. */
  findToken(publicPart: string): FoundToken | Promise<FoundToken | null> {
    const age = performance.now() - this.#askedAt
    if (age >= refreshMs) this.#refresh().catch(() => {})
    const known = age < trustMs ? this.#found.get(publicPart) : undefined
    return known ?? this.#look(publicPart, age < trustMs)
  }

  /** After a change of this process's own. */
  forget(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY
    this.#found.clear()
  }

  async #look(publicPart: string, trusted: boolean): Promise<FoundToken | null> {
    try {
      if (!trusted) await this.#refresh()
      return this.#found.get(publicPart) ?? (await this.#read(publicPart))
    } catch (error) {
      throw storageFault(error)
    }
  }

  #refresh(): Promise<void> {
    this.#asking ??= this.#askVersion().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  async #askVersion(): Promise<void> {
    const askedAt = performance.now()
    const { rows } = await ask<Row>(this.#pool, selectVersion)
    const version = rows[0]?.config_version as number
    if (version !== this.#version) {
      this.#found.clear()
      this.#changed()
    }
    this.#version = version
    this.#askedAt = askedAt
    this.#clock.set(Number(rows[0]?.now), askedAt)
  }

  /** What is not there is not remembered: a token that was just made is found at once. */
  async #read(publicPart: string): Promise<FoundToken | null> {
    const version = this.#version
    const { rows } = await ask<Row>(this.#pool, selectFound, [publicPart])
    const [row] = rows
    if (!row) return null
    const workspace = { ...row, id: row.workspace_id, created_at: row.workspace_created_at }
    const found = { token: tokenFromRow(row), workspace: workspaceFromRow(workspace) }
    if (this.#found.size >= rememberedMax) this.#found.clear()
    // A version that came in between may be newer than this row.
    if (version === this.#version) this.#found.set(publicPart, found)
    return found
  }
}
