import { type JsonObject, sameJson } from '../core/json.ts'
import type { RuleDefinition } from '../core/rule.ts'
import type { Row } from './rows.ts'

/** The version a rule gets after its newest row: unchanged, it keeps the one it has. */
export function versionAfter(
  newest: Row | undefined,
  rule: RuleDefinition,
): { version: number; isKept: boolean } {
  if (!newest) return { version: 1, isKept: false }
  const version = newest.version as number
  const definition = { ...rule } as unknown as JsonObject
  const isKept = sameJson(JSON.parse(newest.definition as string) as JsonObject, definition)
  return { version: isKept ? version : version + 1, isKept }
}
