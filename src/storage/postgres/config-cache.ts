import type pg from 'pg'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule } from '../../core/rule.ts'
import { type RuleSet, ruleSet } from '../../core/rule-set.ts'
import { defaultSettings, type WorkspaceSettings } from '../../core/workspace.ts'
import { type Row, ruleFromRow } from '../rows.ts'
import type { NameCache } from './name-cache.ts'
import { holdConfig, selectConfig } from './statements.ts'
import { ask, type Transaction } from './transaction.ts'

/** A workspace's rules and settings, and the version by which a transaction tells they are old. */
export interface WorkspaceConfig {
  version: number
  settings: WorkspaceSettings
  rules: RuleSet
  workspace: { name: string }
  /** The names of its destinations. */
  destinations: ReadonlySet<string>
}

const rememberedMax = 5_000

/** Remembers the configuration of workspaces; whoever finds one out of date says so. */
export class ConfigCache {
  readonly #pool: pg.Pool
  readonly #configs = new Map<WorkspaceId, WorkspaceConfig>()

  readonly #names: NameCache

  constructor(pool: pg.Pool, names: NameCache) {
    this.#pool = pool
    this.#names = names
  }

  /** @throws Fault `invalid_credentials` when there is no such workspace, or `unavailable`. */
  async get(id: WorkspaceId): Promise<WorkspaceConfig> {
    const known = this.#configs.get(id)
    if (known) return known
    const config = await this.#read(id, (statement, values) => ask(this.#pool, statement, values))
    if (this.#configs.size >= rememberedMax) this.#configs.clear()
    this.#configs.set(id, config)
    return config
  }

  forget(id: WorkspaceId): void {
    this.#configs.delete(id)
  }

  /** As it stays until the transaction ends: whoever changes anything waits for that. */
  async hold(id: WorkspaceId, { query }: Transaction): Promise<WorkspaceConfig> {
    await query(holdConfig)
    return this.#read(id, query)
  }

  async #read(id: WorkspaceId, query: Transaction['query']): Promise<WorkspaceConfig> {
    const { rows } = await query<Row>(selectConfig, [id])
    const [row] = rows
    if (!row) throw unknownWorkspace()
    // Of that version no name may count as stored that was found before it.
    this.#names.doubt()
    return {
      version: row.config_version as number,
      settings: { ...defaultSettings, ...JSON.parse(row.settings as string) },
      rules: ruleSet(rulesOf(row.rules), rulesOf(row.replaced)),
      workspace: { name: row.name as string },
      destinations: new Set((row.destinations ?? []) as string[]),
    }
  }
}

function rulesOf(rows: unknown): Rule[] {
  return ((rows ?? []) as Row[]).map(ruleFromRow)
}

export function unknownWorkspace(): Fault {
  return new Fault('invalid_credentials', { message: 'The workspace does not exist.' })
}
