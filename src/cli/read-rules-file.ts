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
import type { DestinationEntry } from '../core/destination.ts'
import type { DataFault } from '../core/explain-errors.ts'
import type { RuleDefinition } from '../core/rule.ts'
import type { RuleExample } from '../core/rule-examples.ts'
import { checkRulesFile, type FileGrammar } from '../core/rule-schema-file.ts'
import { didYouMean } from '../lib/nearest.ts'
import { CliError } from './command.ts'

/** A rules file, with nothing wrong in it. */
export interface RulesFile {
  rules: RuleDefinition[]
  /** null where the file has no list of them: those that are there stay as they are. */
  destinations: DestinationEntry[] | null
  examples: RuleExample[]
}

/** More than 200 long rules would need; what is larger is not a rules file. */
const charactersMax = 1_048_576
/** How many aliases may be resolved; a few bytes of them can stand for gigabytes. */
const aliasesMax = 100

/**
 * Reads what a person wrote in YAML. A file with anything wrong in it is refused whole.
 *
 * @throws CliError `refused` with `file:line:column`, what is wrong, and what was perhaps meant,
 *   for everything that is wrong at once.
 */
export function readRulesFile(file: string, text: string, grammar: FileGrammar): RulesFile {
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
  const faults = checkRulesFile(content, grammar)
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
  const { rules, destinations = null, examples = [] } = content as Partial<RulesFile>
  return { rules: (rules ?? []).map(completeRule), destinations, examples }
}

function resolve(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: aliasesMax })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CliError('refused', `${file}:1:1: ${reason}`, error)
  }
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
