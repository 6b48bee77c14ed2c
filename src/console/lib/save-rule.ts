import type { RuleDefinition } from '../../client/client.js'
import { api } from './api.ts'

/**
 * Puts one rule in the place of the one with its earlier name, behind all others when it is new, or
 * takes it out. The others stay what they are by now: the list is read anew each time.
 */
export async function saveRule(
  earlier: string | null,
  definition: RuleDefinition | null,
  options: { dry_run?: boolean; examples?: unknown[] } = {},
) {
  const rules = (await api.listRules()).data
  const definitions = rules.flatMap((rule): RuleDefinition[] => {
    if (rule.name !== earlier) return [rule.definition]
    return definition ? [definition] : []
  })
  if (definition && !rules.some(({ name }) => name === earlier)) definitions.push(definition)
  const { dry_run = false, examples } = options
  return api.replaceRules({ dry_run, body: { rules: definitions, ...(examples && { examples }) } })
}
