import type { DataFault } from './explain-errors.ts'
import { isObject } from './json.ts'
import { checkExamples } from './rule-examples.ts'
import { checkRules } from './rule-schema.ts'
import { checkDestinations } from './rule-schema-destinations.ts'
import type { ActionSettings, FollowUpGrammar } from './rule-schema-steps.ts'

/** What a rules file may name. */
export interface FileGrammar extends Omit<FollowUpGrammar, 'destinations'> {
  actions: ActionSettings
  /** Types a destination may have. */
  destinationTypes: readonly string[]
  /**
   * Names of destinations that are there already, for a file that has none of its own; null where
   * they are not known, and any will do.
   */
  knownDestinations: readonly string[] | null
}

/**
 * Everything that is wrong with the content of a rules file, with every kind of rule, step and
 * destination; empty when it may be applied. Paths begin at the file.
 */
export function checkRulesFile(content: unknown, grammar: FileGrammar): DataFault[] {
  if (!isObject(content)) {
    return [{ path: [], message: 'The file must be a map with a list "rules:".' }]
  }
  const known = ['rules', 'destinations', 'examples']
  const faults = Object.keys(content)
    .filter((key) => !known.includes(key))
    .map((key): DataFault => {
      const message = `"${key}" is not known here.`
      return { path: [key], message, ofName: true, unknown: { word: key, known } }
    })
  if (Object.hasOwn(content, 'destinations')) {
    const inDestinations = checkDestinations(content.destinations, grammar.destinationTypes)
    faults.push(...inDestinations.map((fault) => below('destinations', fault)))
  }
  if (!Object.hasOwn(content, 'rules')) {
    return [...faults, { path: [], message: '"rules" is missing.' }]
  }
  // A list in the file takes the place of what is there.
  const own = Object.hasOwn(content, 'destinations') ? namesOf(content.destinations) : null
  const destinations = own ?? grammar.knownDestinations
  if (Object.hasOwn(content, 'examples')) {
    faults.push(...checkExamples(content.examples).map((fault) => below('examples', fault)))
  }
  const inRules = checkRules(content.rules, grammar.actions, { ...grammar, destinations })
  return [...faults, ...inRules.map((fault) => below('rules', fault))]
}

function below(key: string, fault: DataFault): DataFault {
  return { ...fault, path: [key, ...fault.path] }
}

function namesOf(destinations: unknown): string[] {
  if (!Array.isArray(destinations)) return []
  return destinations.flatMap((each: unknown) =>
    isObject(each) && typeof each.name === 'string' ? [each.name] : [],
  )
}
