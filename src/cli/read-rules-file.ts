import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
} from 'yaml'
import { completeRule } from '../core/complete-rule.ts'
import type { DataFault } from '../core/explain-errors.ts'
import { isObject } from '../core/json.ts'
import type { RuleDefinition } from '../core/rule.ts'
import { checkExamples, type RuleExample } from '../core/rule-examples.ts'
import { checkRules } from '../core/rule-schema.ts'
import type { ActionSettings, FollowUpGrammar } from '../core/rule-schema-steps.ts'
import { didYouMean } from '../lib/nearest.ts'
import { CliError } from './command.ts'

/** What a rules file may name. */
export interface RulesGrammar extends Omit<FollowUpGrammar, 'destinations'> {
  actions: ActionSettings
}

/** More than 200 long rules would need; what is larger is not a rules file. */
const charactersMax = 1_048_576
/** How many aliases may be resolved; a few bytes of them can stand for gigabytes. */
const aliasesMax = 100

/**
 * Reads the rules a person wrote in YAML. A file with anything wrong in it is refused whole.
 *
 * @throws CliError `refused` with `file:line:column`, what is wrong, and what was perhaps meant,
 *   for everything that is wrong at once.
 */
export function readRulesFile(file: string, text: string, grammar: RulesGrammar): RuleDefinition[] {
  return readRulesAndExamples(file, text, grammar).rules
}

/** The same, with the examples that stand in the file. */
export function readRulesAndExamples(
  file: string,
  text: string,
  grammar: RulesGrammar,
): { rules: RuleDefinition[]; examples: RuleExample[] } {
  if (text.length > charactersMax)
    throw new CliError('refused', `${file}: is larger than a rules file may be.`)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' })
  const broken = [...document.errors, ...document.warnings].map(({ pos, code, message }) => {
    // The library's own words here are about its interface.
    const said = code === 'MULTIPLE_DOCS' ? 'A rules file is one YAML document.' : message
    return `${place(file, lines, pos[0])}: ${said}`
  })
  if (broken.length > 0) throw new CliError('refused', broken.join('\n'))
  const content = resolve(file, document)
  const faults = checkContent(content, grammar)
  if (faults.length > 0) {
    const placed = faults
      .map((fault) => ({ fault, offset: offsetOf(document, fault) }))
      .sort((a, b) => a.offset - b.offset)
    const messages = placed.map(
      ({ fault, offset }) => `${place(file, lines, offset)}: ${describe(fault)}`,
    )
    // What stands behind an alias is checked where it is used, and is wrong in one place.
    throw new CliError('refused', [...new Set(messages)].join('\n'))
  }
  const { rules, examples } = content as { rules: RuleDefinition[]; examples?: RuleExample[] }
  return { rules: rules.map(completeRule), examples: examples ?? [] }
}

function resolve(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('refused', `${file}:1:1: ${reason}`, error)
  }
}

function checkContent(content: unknown, grammar: RulesGrammar): DataFault[] {
  if (!isObject(content)) {
    return [{ path: [], message: 'The file must be a map with a list "rules:".' }]
  }
  const faults: DataFault[] = []
  for (const key of Object.keys(content)) {
    if (key === 'rules') continue
    if (key === 'examples') {
      const wrong = checkExamples(content.examples)
      faults.push(...wrong.map((fault) => ({ ...fault, path: [key, ...fault.path] })))
      continue
    }
    if (key === 'destinations') {
      const message =
        'Destinations are not there yet; this version of Roster has internal actions only.'
      faults.push({ path: [key], message, ofName: true })
    } else {
      const unknown = { word: key, known: ['rules', 'examples'] }
      faults.push({ path: [key], message: `"${key}" is not known here.`, ofName: true, unknown })
    }
  }
  if (!Object.hasOwn(content, 'rules'))
    return [...faults, { path: [], message: '"rules" is missing.' }]
  const inRules = checkRules(content.rules, grammar.actions, { ...grammar, destinations: [] })
  return [...faults, ...inRules.map((fault) => ({ ...fault, path: ['rules', ...fault.path] }))]
}

function describe({ message, unknown }: DataFault): string {
  return unknown ? `${message}${didYouMean(unknown.word, unknown.known)}` : message
}

/** Where in the text a fault is: at the name when that is wrong, else at what it stands for. */
function offsetOf(document: Document, { path, ofName }: DataFault): number {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [index, step] of path.entries()) {
    const within = resolveAlias(node, document)
    const pair = isMap(within) ? within.items.find(({ key }) => nameOf(key) === step) : undefined
    node = isSeq(within) ? within.items[Number(step)] : pair?.value
    const isName = pair !== undefined && ofName === true && index === path.length - 1
    // A name with nothing behind it has no value to point at.
    const next = isName || startOf(node) === null ? pair?.key : node
    offset = startOf(next) ?? offset
  }
  return offset ?? 0
}

function resolveAlias(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function nameOf(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined
}

function startOf(node: unknown): number | null {
  return isNode(node) ? (node.range?.[0] ?? null) : null
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  return `${file}:${line}:${col}`
}
