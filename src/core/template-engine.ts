import { filters as builtIn, Context, Drop, Liquid, type Template, toValueSync } from 'liquidjs'
import { instantOf } from './instant.ts'
import { isObject, type JsonValue, own } from './json.ts'

/** What a template may name; there is nothing else to be reached from it. */
export const templateRoots = ['event', 'profile', 'tags', 'record', 'changes', 'workspace'] as const

export type TemplateMode = 'text' | 'json'

export const templateLimits = {
  /** UTF-16 code units in a template. */
  lengthMax: 65_536,
  /** UTF-16 code units in what comes out. */
  outputLengthMax: 262_144,
  /** Entries and characters that filters and ranges may make; the same in every run. */
  memoryMax: 250_000,
  /** A last wall, far above what the other limits let pass. */
  renderMsMax: 1_000,
} as const

/** A value that cannot be put where the template puts it; the message says why. */
export class UnfitValue extends Error {}

/** The output grew beyond its limit. */
export class OutputTooLong extends Error {}

/** Text that is JSON already and goes out as it is. */
class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/**
 * Stands before and after text that a JSON template puts between quotes of its own. Inside quotes
 * it is an ordinary character and is taken out again; anywhere else it is no JSON, so that no value
 * can add names or entries to the body.
 */
export const quotedMark = '\ue000'
/**
 * Stands before what "json" put out in a JSON body: there it is white space and is taken out again;
 * within quotes it is no JSON, so that a value cannot end the text it was to be a part of.
 */
export const valueMark = '\ue001'

/** Pure and bounded ones: no clock, no chance, no files, no expressions in text. */
const allowedFilters = [
  ...['append', 'base64_encode', 'capitalize', 'compact', 'concat', 'downcase', 'escape', 'first'],
  ...['join', 'last', 'lstrip', 'map', 'prepend', 'remove', 'remove_first', 'replace'],
  ...['replace_first', 'reverse', 'rstrip', 'sha256', 'size', 'slice', 'sort', 'sort_natural'],
  ...['split', 'strip', 'strip_newlines', 'sum', 'truncate', 'truncatewords', 'uniq', 'upcase'],
  ...['url_encode', 'where'],
] as const

/** These take a text of digits for the number it writes, and nothing else for nought. */
const arithmeticFilters = [
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus'],
  ...['round', 'times'],
] as const

const allowedTags: ReadonlySet<string> = new Set([
  ...['assign', 'break', 'capture', 'case', 'comment', 'continue', 'for', 'if', 'raw', 'unless'],
  '#',
])

/** A Liquid that knows our filters and tags alone and reads no files. */
export function createEngine(): Liquid {
  const liquid = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    parseLimit: templateLimits.lengthMax,
    memoryLimit: templateLimits.memoryMax,
    renderLimit: templateLimits.renderMsMax,
    timezoneOffset: 0,
    dateFormat: '%Y-%m-%dT%H:%M:%SZ',
    outputEscape: putOut,
  })
  for (const name of Object.keys(liquid.tags)) {
    if (!allowedTags.has(name)) delete liquid.tags[name]
  }
  for (const name of Object.keys(liquid.filters)) delete liquid.filters[name]
  for (const name of allowedFilters) liquid.registerFilter(name, strict(builtInFilter(name)))
  for (const name of arithmeticFilters) {
    liquid.registerFilter(name, strict(builtInFilter(name), isNumeric))
  }
  liquid.registerFilter('default', builtInFilter('default'))
  liquid.registerFilter('date', strict(formatDate))
  liquid.registerFilter('json', (value: unknown) => {
    return value instanceof JsonText ? value : new JsonText(JSON.stringify(value ?? null))
  })
  return liquid
}

/** Runs parsed templates. Throws whatever Liquid throws, and `OutputTooLong`. */
export function renderParsed(
  liquid: Liquid,
  templates: Template[],
  scope: { readonly [R in (typeof templateRoots)[number]]: JsonValue },
  now: number,
  mode: TemplateMode,
): string {
  const context = new ScopeContext(liquid, { ...scope }, now, mode)
  const emitter = {
    buffer: '',
    write(text: string) {
      if (this.buffer.length + text.length > templateLimits.outputLengthMax) {
        throw new OutputTooLong('The text that comes out is too long.')
      }
      this.buffer += text
    },
  }
  toValueSync(liquid.renderer.renderTemplates(templates, context, emitter))
  return emitter.buffer
}

/** Reads own names of JSON values alone, and carries what filters need. */
class ScopeContext extends Context {
  readonly now: number
  readonly mode: TemplateMode

  constructor(liquid: Liquid, scope: object, now: number, mode: TemplateMode) {
    super(scope, liquid.options, { sync: true })
    this.now = now
    this.mode = mode
  }

  /** Unlike the library's own, gives a map no `size`, `first` and `last` that it does not have. */
  override readProperty(value: object, key: unknown): unknown {
    const name = typeof key === 'number' ? key : String(key)
    if (!isObject(value) || value instanceof Drop) return super.readProperty(value, name)
    return own<JsonValue>(value, String(name))
  }
}

type FilterThis = { context: Context }
type FilterFunction = (this: FilterThis, value: unknown, ...more: unknown[]) => unknown

/** A filter that takes no absent value for an empty one, in front of it or behind its colon. */
function strict(filter: FilterFunction, takes?: (value: unknown) => boolean): FilterFunction {
  return function (first, ...more) {
    const given = [first, ...more].map((value) => (value instanceof JsonText ? value.text : value))
    if (given.some(isAbsent)) throw new UnfitValue(absent)
    if (takes && !given.every(takes)) throw new UnfitValue('this is not a number')
    return filter.call(this, given[0], ...given.slice(1))
  }
}

function isNumeric(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '' && Number.isFinite(Number(value))
  return typeof value === 'number'
}

function builtInFilter(name: string): FilterFunction {
  const filter = builtIn[name]
  if (!filter) throw new Error(`Liquid has no filter ${name}.`)
  return (typeof filter === 'function' ? filter : filter.handler) as FilterFunction
}

const absent = 'there is no such value; say what to put instead with "default", or use "json"'

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined
}

function formatDate(this: FilterThis, value: unknown, format?: unknown, zone?: unknown): unknown {
  const context = this.context as ScopeContext
  const at = value === 'now' ? context.now : instantOf(value as JsonValue)
  if (at === null) throw new UnfitValue('this is not a date')
  return builtInFilter('date').call(this, new Date(at), format, zone)
}

/** The last thing that happens to a value between `{{` and `}}`. */
function putOut(this: unknown, value: unknown): string {
  const { mode } = (this as { context: ScopeContext }).context
  if (value instanceof JsonText) {
    return mode === 'json' ? valueMark + escapeMarks(value.text) : value.text
  }
  switch (typeof value) {
    case 'string':
      return mode === 'json' ? quotedMark + escapeInJson(value) + quotedMark : value
    case 'number':
      if (!Number.isFinite(value)) throw new UnfitValue('this is not a number')
      return String(value)
    case 'boolean':
      return String(value)
    default:
      if (isAbsent(value)) throw new UnfitValue(absent)
      throw new UnfitValue('this is a list or a map; put it out with "json", or a list with "join"')
  }
}

function escapeInJson(text: string): string {
  return escapeMarks(JSON.stringify(text).slice(1, -1))
}

/** In JSON the marks can only stand in texts, where they may be written otherwise. */
function escapeMarks(json: string): string {
  return json.replaceAll(quotedMark, '\\ue000').replaceAll(valueMark, '\\ue001')
}
