import type { JsonObject } from '../../core/json.ts'
import type { RuleDefinition } from '../../core/rule.ts'
import { stepAt } from '../../core/step.ts'
import type { Row } from '../rows.ts'
import { selectRuleVersions } from './delivery-statements.ts'
import type { Transaction } from './transaction.ts'

interface Version {
  workspaceName: string
  idKey: string
  /** Null where there is no such version. */
  definition: RuleDefinition | null
}

/** What a delivery is rendered with, besides what it keeps itself. */
export interface RenderedWith {
  workspaceName: string
  idKey: string
  /** Null where the rule has no such step. */
  settings: JsonObject | null
}

/** Versions remembered; beyond it the memory starts anew. */
const rememberedMax = 10_000

/** Remembers versions of rules, which never change, for the deliveries they planned. */
export class RuleVersions {
  readonly #versions = new Map<string, Version>()

  /** For each row of a delivery, in their order; null where its workspace is gone. */
  async of(
    transaction: Pick<Transaction, 'query'>,
    rows: readonly Row[],
  ): Promise<(RenderedWith | null)[]> {
    const missing = new Map<string, Row>()
    for (const row of rows) if (!this.#versions.has(keyOf(row))) missing.set(keyOf(row), row)
    if (missing.size > 0) await this.#read(transaction, [...missing.values()])
    return rows.map((row) => {
      const version = this.#versions.get(keyOf(row))
      if (!version) return null
      const { workspaceName, idKey, definition } = version
      const step = definition && stepAt(definition.steps, row.step as string)
      return { workspaceName, idKey, settings: step && 'action' in step ? step.with : null }
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
        definition: definitionOf(row.definition as string | null),
      })
    }
  }
}

function definitionOf(text: string | null): RuleDefinition | null {
  return text === null ? null : (JSON.parse(text) as RuleDefinition)
}

function keyOf(row: Row): string {
  return `${row.workspace_id} ${row.version} ${row.rule}`
}
