import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Actor } from '../../core/audit.ts'
import { Fault } from '../../core/errors.ts'
import { assertExpected } from '../../core/expected-rules.ts'
import type { JsonObject } from '../../core/json.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule, RuleDefinition } from '../../core/rule.ts'
import { defaultSettings, type Workspace, type WorkspaceSettings } from '../../core/workspace.ts'
import { changedRules, changedSettings, type Tell, tokenDetails } from '../audit-details.ts'
import {
  auditColumns,
  auditValues,
  type Row,
  ruleFromRow,
  tokenFromRow,
  workspaceFromRow,
} from '../rows.ts'
import { assertSettings, indexChanges } from '../search/index-settings.ts'
import type { NewToken, Token } from '../store.ts'
import { storageFault } from './faults.ts'
import { putRules } from './put-rules.ts'
import { selectFileRules } from './statements.ts'
import { answerMs, type Transaction, transact } from './transaction.ts'

/** Rows deleted in one transaction, so that deleting a workspace holds nobody up for long. */
const deleteBatch = 1_000

/** What identifies a row within its workspace. */
const workspaceTables = {
  destinations: 'name',
  destination_notices: 'destination, at, kind',
  deliveries: 'id',
  lanes: 'destination, subject',
  attempts: 'delivery_id, number, began_at',
  profiles: 'id',
  profile_gaps: 'block',
  profile_terms: 'kind, name, value, block',
  shown_names: 'id',
  index_fills: 'name',
  records: 'id',
  profile_identifiers: 'kind, value, holder',
  events: 'id, received_at',
  event_identifiers: 'kind, value, event_id, received_at',
  idempotency: 'token_id, route, key',
  erased_identifiers: 'hash, profile_id',
  names: 'kind, name',
  runs: 'event_id, rule',
  rule_counts: 'subject, rule',
  event_terms: 'kind, value, block',
  histories: 'subject, first_event',
  event_counts: 'span, minute, type, source',
  delivery_counts: 'span, minute, rule, destination',
  end_counts: 'span, minute, destination, state',
  ingest_warnings: 'token_id, source, kind',
  roll_ups: 'workspace_id',
  rules: 'name, version',
}

const putFills = `
  INSERT INTO index_fills (workspace_id, name, filled_id) SELECT $1, name, -1
  FROM unnest($2::text[]) AS new (name)
  ON CONFLICT (workspace_id, name) DO UPDATE SET filled_id = -1`

export const selectWorkspaces = 'SELECT id, name, settings, id_key, created_at FROM workspaces'

export const selectTokens = `
  SELECT id, workspace_id, dialect, public_part, secret_hash, scopes, label, rate_limit,
    created_at, revoked_at
  FROM tokens`

export const insertAudit = `
  INSERT INTO audit (${auditColumns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

export const selectAudit = `
  SELECT id, ${auditColumns} FROM audit
  WHERE workspace_id = coalesce($1::bigint, workspace_id) AND id < $2 ORDER BY id DESC LIMIT $3`

/** What `selectAudit` asks for. */
export function auditPage(
  id: WorkspaceId | null,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): unknown[] {
  return [id, before, limit]
}

export type Telling = (...entry: Parameters<Tell>) => Promise<void>

/** Enters changes in the audit trail, in the transaction that makes them. */
export function telling({ query }: Pick<Transaction, 'query'>, at: number, by: Actor): Telling {
  return async (workspace, action, target, details) => {
    await query(insertAudit, auditValues({ at, workspace, by, action, target, details }))
  }
}

interface AdminOptions {
  pool: pg.Pool
  clock: () => number
  /** Called after each change, so that this process sees it at once. */
  changed(workspaceId: WorkspaceId | null): void
  /** Whose changes they are, where a call does not say. */
  actor: Actor
}

/**
 * Workspaces, tokens and rules: rare writes, by whichever process. Each raises `config_version`,
 * which every node watches, and that of the workspace, which every group compares.
 */
export class Admin {
  readonly #options: AdminOptions

  constructor(options: AdminOptions) {
    this.#options = options
  }

  createWorkspace(name: string, rules: readonly RuleDefinition[], by?: Actor): Promise<Workspace> {
    return this.write(null, by, async ({ query, tell }) => {
      const idKey = randomBytes(16).toString('hex')
      const createdAt = this.#options.clock()
      const { rows } = await query(
        `INSERT INTO workspaces (name, settings, id_key, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO NOTHING RETURNING id`,
        [name, JSON.stringify(defaultSettings), idKey, createdAt],
      )
      if (!rows[0]) {
        throw new Fault('conflict', { message: `There is a workspace named "${name}" already.` })
      }
      const id = rows[0].id as WorkspaceId
      await query('INSERT INTO counters (workspace_id) VALUES ($1)', [id])
      await putRules({ query }, id, rules, createdAt)
      await tell(id, 'workspace.created', name, {})
      return { id, name, settings: defaultSettings, idKey, createdAt }
    })
  }

  async updateSettings(
    id: WorkspaceId,
    changes: Partial<WorkspaceSettings>,
    by?: Actor,
  ): Promise<Workspace> {
    assertSettings(changes)
    return this.write(id, by, async ({ query, tell }) => {
      const { rows } = await query<Row>(`${selectWorkspaces} WHERE id = $1 FOR UPDATE`, [id])
      if (!rows[0]) {
        throw new Fault('profile_not_found', { message: `There is no workspace ${id}.` })
      }
      const workspace = workspaceFromRow(rows[0])
      const settings = { ...workspace.settings, ...changes }
      const update = 'UPDATE workspaces SET settings = $2 WHERE id = $1'
      await query(update, [id, JSON.stringify(settings)])
      const names = indexChanges(workspace.settings, settings)
      if (names.length > 0) await query(putFills, [id, names])
      const details = changedSettings(workspace.settings, changes)
      await tell(id, 'settings.updated', workspace.name, details)
      return { ...workspace, settings }
    })
  }

  /**
   * Its tokens and its counters first: without them nobody writes to it, and a group that was about
   * to is undone. The rest goes in batches.
   */
  async deleteWorkspace(id: WorkspaceId, by?: Actor): Promise<void> {
    await this.write(id, by, async ({ query, tell }) => {
      const { rows } = await query<Row>('SELECT name FROM workspaces WHERE id = $1', [id])
      if (rows[0]) await tell(id, 'workspace.deleted', rows[0].name as string, {})
      await query('DELETE FROM tokens WHERE workspace_id = $1', [id])
      await query('DELETE FROM counters WHERE workspace_id = $1', [id])
    })
    for (const [table, key] of Object.entries(workspaceTables)) {
      const batch = `DELETE FROM ${table} WHERE workspace_id = $1 AND (${key}) IN (
        SELECT ${key} FROM ${table} WHERE workspace_id = $1 LIMIT ${deleteBatch})`
      const deleteSome = () =>
        this.write(id, by, async ({ query }) => (await query(batch, [id])).rowCount)
      while ((await deleteSome()) === deleteBatch);
    }
    await this.write(id, by, ({ query }) => query('DELETE FROM workspaces WHERE id = $1', [id]))
  }

  createToken(token: NewToken, by?: Actor): Promise<Token> {
    return this.write(null, by, async ({ query, tell }) => {
      const { rows } = await query<Row>(
        `INSERT INTO tokens (workspace_id, dialect, public_part, secret_hash, scopes, label,
          rate_limit, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         RETURNING id, workspace_id, dialect, public_part, secret_hash, scopes, label, rate_limit,
          created_at, revoked_at`,
        [
          token.workspaceId,
          token.dialect,
          token.publicPart,
          token.secretHash,
          JSON.stringify(token.scopes),
          token.label,
          token.rateLimit ?? 'off',
          this.#options.clock(),
        ],
      )
      await tell(token.workspaceId, 'token.created', token.publicPart, tokenDetails(token))
      return tokenFromRow(rows[0] as Row)
    })
  }

  revokeToken(publicPart: string, by?: Actor): Promise<boolean> {
    return this.write(null, by, async ({ query, tell }) => {
      const { rows } = await query<Row>(
        `UPDATE tokens SET revoked_at = $2 WHERE public_part = $1 AND revoked_at IS NULL
         RETURNING workspace_id`,
        [publicPart, this.#options.clock()],
      )
      if (!rows[0]) return false
      await tell(rows[0].workspace_id as WorkspaceId, 'token.revoked', publicPart, {})
      return true
    })
  }

  limitToken(publicPart: string, rateLimit: Token['rateLimit'], by?: Actor): Promise<boolean> {
    return this.write(null, by, async ({ query, tell }) => {
      const { rows } = await query<Row>(
        `UPDATE tokens SET rate_limit = $2 WHERE public_part = $1 AND revoked_at IS NULL
         RETURNING workspace_id`,
        [publicPart, rateLimit],
      )
      const id = rows[0]?.workspace_id as WorkspaceId | undefined
      if (id !== undefined) await tell(id, 'token.limited', publicPart, { rateLimit })
      return id !== undefined
    })
  }

  replaceRules(
    id: WorkspaceId,
    rules: readonly RuleDefinition[],
    by?: Actor,
    expected?: readonly Rule[],
  ): Promise<Rule[]> {
    return this.write(id, by, async ({ query, tell }) => {
      const before = (await query<Row>(selectFileRules, [id])).rows.map(ruleFromRow)
      assertExpected(before, expected)
      const after = await putRules({ query }, id, rules, this.#options.clock())
      await tell(id, 'rules.replaced', 'rules', changedRules(before, rules))
      return after
    })
  }

  enableRule(id: WorkspaceId, name: string, enabled: boolean, by?: Actor): Promise<boolean> {
    return this.write(id, by, async ({ query, tell }) => {
      const inForce = 'workspace_id = $1 AND name = $2 AND position IS NOT NULL'
      const select = `SELECT disabled FROM rules WHERE ${inForce} FOR UPDATE`
      const [row] = (await query<Row>(select, [id, name])).rows
      // What is so already is no change: the trail tells when a rule was on and when off.
      if (row?.disabled !== enabled) return row !== undefined
      await query(`UPDATE rules SET disabled = $3 WHERE ${inForce}`, [id, name, !enabled])
      await tell(id, enabled ? 'rule.enabled' : 'rule.disabled', name, {})
      return true
    })
  }

  noteReplay(id: WorkspaceId, rule: string, details: JsonObject, by?: Actor): Promise<void> {
    return this.write(id, by, ({ tell }) => tell(id, 'rule.replayed', rule, details))
  }

  /** One transaction, of whose changes the other nodes are told; also that of another part. */
  async write<T>(
    id: WorkspaceId | null,
    by: Actor | undefined,
    work: (transaction: Transaction & { tell: Telling }) => Promise<T>,
  ): Promise<T> {
    const { pool, changed, clock, actor } = this.#options
    try {
      return await transact(pool, performance.now() + answerMs, async (transaction) => {
        // First of all, so that two that change the same things take turns from the beginning.
        await transaction.query('UPDATE state SET config_version = config_version + 1')
        const tell = telling(transaction, clock(), by ?? actor)
        const result = await work({ ...transaction, tell })
        const raise =
          'UPDATE counters SET config_version = config_version + 1 WHERE workspace_id = $1'
        if (id !== null) await transaction.query(raise, [id])
        return result
      })
    } catch (error) {
      throw storageFault(error)
    } finally {
      changed(id)
    }
  }
}
