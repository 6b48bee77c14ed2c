import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Rule } from '../../core/rule.ts'
import { stepAt } from '../../core/step.ts'
import type { Workspace } from '../../core/workspace.ts'
import { ruleFromRow, workspaceFromRow } from '../rows.ts'
import { selectWorkspaces } from './admin.ts'
import { selectRuleVersion } from './statements.ts'

/** How many rule versions are remembered before the memory is emptied. */
const rulesRememberedMax = 1_000

/** What deliveries were planned by, remembered as long as nobody else wrote. */
export class PlanLookup {
  readonly #selectRule: StatementSync
  readonly #selectWorkspace: StatementSync
  readonly #rules = new Map<string, Rule>()
  readonly #workspaces = new Map<WorkspaceId, Workspace>()

  constructor(db: DatabaseSync) {
    this.#selectRule = db.prepare(selectRuleVersion)
    this.#selectWorkspace = db.prepare(`${selectWorkspaces} WHERE id = ?`)
  }

  /** The `with` of a version's step; null where the store does not have it. */
  settings(workspaceId: WorkspaceId, name: string, version: number, path: string) {
    const rule = this.#rule(workspaceId, name, version)
    const step = rule && stepAt(rule.steps, path)
    return step && 'action' in step ? step.with : null
  }

  workspace(id: WorkspaceId): Workspace {
    const known = this.#workspaces.get(id)
    if (known) return known
    const row = this.#selectWorkspace.get(id)
    if (!row) throw new Error(`There is no workspace ${id}.`)
    const workspace = workspaceFromRow(row)
    this.#workspaces.set(id, workspace)
    return workspace
  }

  forget(): void {
    this.#rules.clear()
    this.#workspaces.clear()
  }

  #rule(workspaceId: WorkspaceId, name: string, version: number): Rule | null {
    const key = `${workspaceId}/${version}/${name}`
    const known = this.#rules.get(key)
    if (known) return known
    const row = this.#selectRule.get(workspaceId, name, version)
    if (!row) return null
    const rule = ruleFromRow(row)
    if (this.#rules.size >= rulesRememberedMax) this.#rules.clear()
    this.#rules.set(key, rule)
    return rule
  }
}
