import type { JsonObject } from '../../core/json.ts'
import type { RuleDefinition } from '../../core/rule.ts'
import { stepAt } from '../../core/step.ts'
import type { Row } from '../rows.ts'
import { selectRuleVersions } from './delivery-statements.ts'
import type { Transaction } from './transaction.ts'

interface Version {
  workspaceName: string
  idKey: string
  definition: RuleDefinition
}

/** What a delivery is rendered with, besides what it keeps itself. */
export interface RenderedWith {
  workspaceName: string
  idKey: string
  settings: JsonObject
}

/** Versions remembered; beyond it the memory starts anew. */
const rememberedMax = 10_000

/** Remembers versions of rules, which never change, for the deliveries they planned. */
export class RuleVersions {
  readonly #versions = new Map<string, Version>()

  /** For each row of a delivery, in their order; null where there is no such step. */
  async of(
    transaction: Pick<Transaction, 'query'>,
    rows: readonly Row[],
  ): Promise<(RenderedWith | null)[]> {
    const missing = new Map<string, Row>()
    for (const row of rows) if (!this.#versions.has(keyOf(row))) missing.set(keyOf(row), row)
    if (missing.size > 0) await this.#read(transaction, [...missing.values()])
    return rows.map((row) => {
      const version = this.#versions.get(keyOf(row))
      const step = version && stepAt(version.definition.steps, row.step as string)
      if (!step || !('action' in step)) return null
      const { workspaceName, idKey } = version
      return { workspaceName, idKey, settings: step.with }
    })
  }

  async #read(transaction: Pick<Transaction, 'query'>, asked: readonly Row[]): Promise<void> {
    const { rows } = await transaction.query<Row>(selectRuleVersions, [
      asked.map((row) => row.workspace_id),
      asked.map((row) => row.rule),
      asked.map((row) => row.version),
    ])
    if (this.#versions.size + rows.length > rememberedMax) this.#versions.clear()
    for (const row of rows) {
      this.#versions.set(`${row.workspace_id} ${row.version} ${row.name}`, {
        workspaceName: row.workspace as string,
        idKey: row.id_key as string,
        definition: JSON.parse(row.definition as string) as RuleDefinition,
      })
    }
  }
}

function keyOf(row: Row): string {
  return `${row.workspace_id} ${row.version} ${row.rule}`
}
