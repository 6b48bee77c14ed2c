import type { RuleDefinition } from '../../client/client.js'
import { api } from './api.ts'

interface SaveOptions {
  dry_run?: boolean
  /** What the rule was when somebody began to edit it. */
  was?: RuleDefinition | null
  /** What to tell whoever would undo what another has made of the rule since. */
  changed?: string
}

/**
 * Puts one rule in the place of the one with its earlier name, behind all others when it is new, or
 * takes it out. The others stay what they are by now: the list is read anew each time, and is
 * refused when another operator changes it in between.
 */
export async function saveRule(
  earlier: string | null,
  definition: RuleDefinition | null,
  { dry_run = false, was, changed }: SaveOptions = {},
) {
  const { data: rules, etag } = await api.listRules()
  if (was && changed !== undefined) {
    const now = rules.find(({ name }) => name === earlier)
    if (JSON.stringify(now?.definition) !== JSON.stringify(was)) throw new Error(changed)
  }
  const definitions = rules.flatMap((rule): RuleDefinition[] => {
    if (rule.name !== earlier) return [rule.definition]
    return definition ? [definition] : []
  })
  if (definition && !rules.some(({ name }) => name === earlier)) definitions.push(definition)
  return api.replaceRules({ dry_run, ifMatch: etag, body: { rules: definitions } })
}
