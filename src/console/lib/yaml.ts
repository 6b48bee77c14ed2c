import { parse, stringify } from 'yaml'
import type { RuleDefinition } from '../../client/client.js'
import { inOrder } from './rule-form.ts'

export function toYaml(definition: RuleDefinition): string {
  return stringify(inOrder(definition))
}

/** @throws where it is no YAML, or no map. */
export function fromYaml(text: string): RuleDefinition {
  const value: unknown = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error('A rule is a map: name, on, when, steps.')
  }
  return value as RuleDefinition
}
