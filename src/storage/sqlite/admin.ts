import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Actor } from '../../core/audit.ts'
import { Fault } from '../../core/errors.ts'
import { assertExpected } from '../../core/expected-rules.ts'
import type { JsonObject } from '../../core/json.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule, RuleDefinition } from '../../core/rule.ts'
import { defaultSettings, type Workspace, type WorkspaceSettings } from '../../core/workspace.ts'
import { changedRules, changedSettings, type Tell, tokenDetails } from '../audit-details.ts'
import { auditColumns, auditValues, ruleFromRow, workspaceFromRow } from '../rows.ts'
import { versionAfter } from '../rule-version.ts'
import { assertSettings, indexChanges } from '../search/index-settings.ts'
import type { NewToken, Token } from '../store.ts'
import { openDatabase } from './open-database.ts'
import * as sql from './statements.ts'
import { rowKey } from './statements.ts'

/**
 * Rows deleted in one transaction, so that deleting a workspace never holds up the writer for long.
 */
const deleteBatch = 1_000

const workspaceTables = [
  'destinations',
  'destination_notices',
  'deliveries',
  'attempts',
  'profiles',
  'profile_gaps',
  'profile_terms',
  'shown_names',
  'index_fills',
  'records',
  'profile_identifiers',
  'events',
  'event_identifiers',
  'idempotency',
  'erased_identifiers',
  'names',
  'runs',
  'rule_counts',
  'event_terms',
  'histories',
  'event_counts',
  'delivery_counts',
  'end_counts',
  'ingest_warnings',
  'roll_ups',
  'rules',
  'counters',
]

/**
 * Workspaces, tokens and rules: rare writes, by whoever holds the file (a server or a command
 * beside it). Each raises `config_version`, which every reader of these tables watches.
 */
export class Admin {
  readonly #path: string
  readonly #clock: () => number
  readonly #actor: Actor

  constructor(path: string, clock: () => number, actor: Actor) {
    this.#path = path
    this.#clock = clock
    this.#actor = actor
  }

  createWorkspace(name: string, rules: readonly RuleDefinition[], by?: Actor): Workspace {
    return this.#write(by, (db, tell) => {
      if (db.prepare('SELECT 1 FROM workspaces WHERE name = ?').get(name)) {
        throw new Fault('conflict', { message: `There is a workspace named "${name}" already.` })
      }
      const idKey = randomBytes(16).toString('hex')
      const now = this.#clock()
      const inserted = db
        .prepare('INSERT INTO workspaces (name, settings, id_key, created_at) VALUES (?, ?, ?, ?)')
        .run(name, JSON.stringify(defaultSettings), idKey, now)
      const id = Number(inserted.lastInsertRowid) as WorkspaceId
      db.prepare('INSERT INTO counters (workspace_id) VALUES (?)').run(id)
      putRules(db, id, rules, now)
      tell(id, 'workspace.created', name, {})
      return { id, name, settings: defaultSettings, idKey, createdAt: now }
    })
  }

  updateSettings(id: WorkspaceId, changes: Partial<WorkspaceSettings>, by?: Actor): Workspace {
    assertSettings(changes)
    return this.#write(by, (db, tell) => {
      const row = db.prepare(`${selectWorkspaces} WHERE id = ?`).get(id)
      if (!row) throw new Fault('profile_not_found', { message: `There is no workspace ${id}.` })
      const workspace = workspaceFromRow(row)
      const settings = { ...workspace.settings, ...changes }
      db.prepare('UPDATE workspaces SET settings = ? WHERE id = ?').run(
        JSON.stringify(settings),
        id,
      )
      const fill = db.prepare(putFill)
      for (const name of indexChanges(workspace.settings, settings)) fill.run(id, name)
      tell(id, 'settings.updated', workspace.name, changedSettings(workspace.settings, changes))
      return { ...workspace, settings }
    })
  }

  /** Its tokens first, so that nobody writes to it while the rest goes in batches. */
  deleteWorkspace(id: WorkspaceId, by?: Actor): void {
    this.#write(by, (db, tell) => {
      db.prepare('DELETE FROM tokens WHERE workspace_id = ?').run(id)
      const row = db.prepare('SELECT name FROM workspaces WHERE id = ?').get(id)
      if (row) tell(id, 'workspace.deleted', row.name as string, {})
    })
    for (const table of workspaceTables) {
      const key = keyOf[table] ?? 'rowid'
      const rows =
        key === 'key'
          ? `key >= ${rowKey('?1', '0')} AND key < ${rowKey('(?1 + 1)', '0')}`
          : 'workspace_id = ?1'
      const batch = `DELETE FROM ${table} WHERE ${rows} AND (${key}) IN (
        SELECT ${key} FROM ${table} WHERE ${rows} LIMIT ${deleteBatch})`
      while (this.#write(by, (db) => db.prepare(batch).run(id).changes) === deleteBatch);
    }
    this.#write(by, (db) => db.prepare('DELETE FROM workspaces WHERE id = ?').run(id))
  }

  createToken(token: NewToken, by?: Actor): Token {
    return this.#write(by, (db, tell) => {
      const now = this.#clock()
      const { lastInsertRowid } = db
        .prepare(
          `INSERT INTO tokens (workspace_id, dialect, public_part, secret_hash, scopes, label,
            rate_limit, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          token.workspaceId,
          token.dialect,
          token.publicPart,
          token.secretHash,
          JSON.stringify(token.scopes),
          token.label,
          token.rateLimit ?? 'off',
          now,
        )
      tell(token.workspaceId, 'token.created', token.publicPart, tokenDetails(token))
      const id = Number(lastInsertRowid)
      return { rateLimit: 'off', ...token, id, createdAt: now, revokedAt: null }
    })
  }

  revokeToken(publicPart: string, by?: Actor): boolean {
    return this.#write(by, (db, tell) => {
      const revoke = `
        UPDATE tokens SET revoked_at = ? WHERE public_part = ? AND revoked_at IS NULL
        RETURNING workspace_id`
      const row = db.prepare(revoke).get(this.#clock(), publicPart)
      if (row) tell(row.workspace_id as WorkspaceId, 'token.revoked', publicPart, {})
      return row !== undefined
    })
  }

  limitToken(publicPart: string, rateLimit: Token['rateLimit'], by?: Actor): boolean {
    return this.#write(by, (db, tell) => {
      const limit = `
        UPDATE tokens SET rate_limit = ? WHERE public_part = ? AND revoked_at IS NULL
        RETURNING workspace_id`
      const row = db.prepare(limit).get(rateLimit, publicPart)
      if (row) tell(row.workspace_id as WorkspaceId, 'token.limited', publicPart, { rateLimit })
      return row !== undefined
    })
  }

  replaceRules(
    id: WorkspaceId,
    rules: readonly RuleDefinition[],
    by?: Actor,
    expected?: readonly Rule[],
  ): Rule[] {
    return this.#write(by, (db, tell) => {
      const before = db.prepare(sql.selectFileRules).all(id).map(ruleFromRow)
      assertExpected(before, expected)
      const after = putRules(db, id, rules, this.#clock())
      tell(id, 'rules.replaced', 'rules', changedRules(before, rules))
      return after
    })
  }

  enableRule(id: WorkspaceId, name: string, enabled: boolean, by?: Actor): boolean {
    return this.#write(by, (db, tell) => {
      const inForce = 'workspace_id = ? AND name = ? AND position IS NOT NULL'
      const row = db.prepare(`SELECT disabled FROM rules WHERE ${inForce}`).get(id, name)
      // What is so already is no change: the trail tells when a rule was on and when off.
      if (row?.disabled !== Number(enabled)) return row !== undefined
      db.prepare(`UPDATE rules SET disabled = ? WHERE ${inForce}`).run(Number(!enabled), id, name)
      tell(id, enabled ? 'rule.enabled' : 'rule.disabled', name, {})
      return true
    })
  }

  noteReplay(id: WorkspaceId, rule: string, details: JsonObject, by?: Actor): void {
    this.#write(by, (_, tell) => tell(id, 'rule.replayed', rule, details))
  }

  #telling(db: DatabaseSync, by: Actor): Tell {
    return (workspace, action, target, details) => {
      const entry = { at: this.#clock(), workspace, by, action, target, details }
      db.prepare(sql.insertAudit).run(...auditValues(entry))
    }
  }

  /** One transaction; whatever it changed, the others are told. */
  #write<T>(by: Actor = this.#actor, work: (db: DatabaseSync, tell: Tell) => T): T {
    const db = openDatabase(this.#path, 'write')
    try {
      db.exec('BEGIN IMMEDIATE')
      const result = work(db, this.#telling(db, by))
      db.exec('UPDATE state SET config_version = config_version + 1 WHERE one = 1')
      db.exec('COMMIT')
      return result
    } finally {
      db.close()
    }
  }
}

export const selectAudit = `
  SELECT id, ${auditColumns} FROM audit WHERE workspace_id = ? AND id < ? ORDER BY id DESC LIMIT ?`

export const selectWholeAudit = `
  SELECT id, ${auditColumns} FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?`

/** What identifies a row within its workspace, for tables without a row id. */
const keyOf: { [table: string]: string } = {
  destinations: 'name',
  deliveries: 'key',
  profiles: 'key',
  profile_gaps: 'block',
  profile_terms: 'kind, name, value, block',
  shown_names: 'key',
  index_fills: 'name',
  records: 'key',
  profile_identifiers: 'kind, value, holder',
  events: 'key',
  event_identifiers: 'kind, value, event_id',
  idempotency: 'token_id, route, key',
  erased_identifiers: 'hash, profile_id',
  names: 'kind, name',
  rule_counts: 'subject, rule',
  event_terms: 'kind, value, block',
  histories: 'subject, first_event',
  event_counts: 'span, minute, type, source',
  delivery_counts: 'span, minute, rule, destination',
  end_counts: 'span, minute, destination, state',
  ingest_warnings: 'token_id, source, kind',
  rules: 'name, version',
}

const putFill = `
  INSERT INTO index_fills (workspace_id, name, filled_id) VALUES (?, ?, -1)
  ON CONFLICT DO UPDATE SET filled_id = -1`

export const selectWorkspaces = 'SELECT id, name, settings, id_key, created_at FROM workspaces'

/** Unchanged definitions keep their version; what is no longer named stays, out of force. */
function putRules(
  db: DatabaseSync,
  id: WorkspaceId,
  rules: readonly RuleDefinition[],
  now: number,
): Rule[] {
  const newest = db.prepare(sql.selectNewestRule)
  const insert = db.prepare(sql.insertRule)
  const place = db.prepare(sql.placeRule)
  db.prepare(sql.unplaceFileRules).run(id)
  for (const [position, rule] of rules.entries()) {
    const row = newest.get(id, rule.name)
    const { version, isKept } = versionAfter(row, rule)
    if (isKept) place.run(position, id, rule.name, version)
    else {
      // What was switched off stays so, also in its new form.
      const disabled = (row?.disabled as number | undefined) ?? 0
      insert.run(id, rule.name, version, position, JSON.stringify(rule), now, disabled)
    }
  }
  return db.prepare(sql.selectFileRules).all(id).map(ruleFromRow)
}
