import { type Liquid, LiquidError, type Template } from 'liquidjs'
import type { Change } from './event.ts'
import type { JsonObject, JsonValue } from './json.ts'
import {
  createEngine,
  OutputTooLong,
  quotedMark,
  renderParsed,
  type TemplateMode,
  templateRoots,
  UnfitValue,
  valueMark,
} from './template-engine.ts'

/** What templates see. Empty maps stand for what there is not: nobody, nothing changed. */
export interface TemplateScope {
  event: JsonObject
  profile: JsonObject
  /** Those of the person; left out where there are none. */
  tags?: string[]
  /** What the record holds that the run is about; left out where it is about none. */
  record?: JsonObject
  /** By name, `{ from, to }`; `changesScope` makes it. */
  changes: JsonObject
  workspace: JsonObject
  /** What `now` is in `{{ "now" | date: "%Y" }}`, milliseconds UTC. */
  now: number
}

/** Why a template is wrong or gave nothing; dead letters are grouped by it. */
export type TemplateReason =
  /** It is not Liquid, or names a root, tag or filter that is not known. */
  | 'template_syntax'
  /** It needs a value that is absent or of a kind that cannot be put there. */
  | 'template_value'
  /** It asks for more than a template may. */
  | 'template_limit'
  /** What came out is not JSON. */
  | 'template_not_json'

export interface TemplateFault {
  reason: TemplateReason
  /** A sentence for the person who wrote the template; holds no stored values. */
  message: string
  /** Where in the template, from 1. */
  line: number
  column: number
}

export type Rendered = { kind: 'text'; text: string } | { kind: 'fault'; fault: TemplateFault }
export type RenderedJson =
  | { kind: 'json'; text: string; value: JsonValue }
  | { kind: 'fault'; fault: TemplateFault }

export interface Templates {
  /** All that is wrong with a template and shows without values; empty when it may be kept. */
  check(source: string): TemplateFault[]
  /** What comes out for a scope, or why nothing does. Never throws, never an empty stand-in. */
  renderText(source: string, scope: TemplateScope): Rendered
  /**
   * The same for a JSON body. Text that is put between quotes is escaped for them, and text that
   * is put anywhere else without `json` is a fault, so a value cannot change the body's form.
   */
  renderJson(source: string, scope: TemplateScope): RenderedJson
}

/** Parsed templates that are remembered; a workspace's rules have fewer. */
const remembered = 1_000

/**
 * Liquid for text values of rules: roots `event`, `profile`, `tags`, `record`, `changes` and `workspace`, a fixed set
 * of filters and tags, no files, no clock but the scope's own, bounded in time, memory and output.
 * An attribute that is absent is null to the filter `json`, needs `default` elsewhere, and is
 * false in a condition. `profile["odd name"]` reaches every name.
 */
export function createTemplates(): Templates {
  const liquid = createEngine()
  let parsed = new Map<string, Parsed>()

  function parse(source: string): Parsed {
    const known = parsed.get(source)
    if (known) return known
    if (parsed.size >= remembered) parsed = new Map()
    const fresh = parseSource(liquid, source)
    parsed.set(source, fresh)
    return fresh
  }

  function render(source: string, scope: TemplateScope, mode: TemplateMode): Rendered {
    const { faults, templates } = parse(source)
    const [first] = faults
    if (first) return { kind: 'fault', fault: first }
    const { now, record = {}, tags = [], ...others } = scope
    const roots = { ...others, record, tags }
    try {
      return { kind: 'text', text: renderParsed(liquid, templates, roots, now, mode) }
    } catch (error) {
      return { kind: 'fault', fault: faultOf(error) }
    }
  }

  return {
    check: (source) => parse(source).faults,
    renderText: (source, scope) => render(source, scope, 'text'),
    renderJson(source, scope) {
      const rendered = render(source, scope, 'json')
      return rendered.kind === 'fault' ? rendered : parseJson(rendered.text)
    },
  }
}

/** The changes of an event by name; an attribute comes before an identifier of the same name. */
export function changesScope(changes: readonly Change[]): JsonObject {
  const entries = changes
    .toSorted((a, b) => Number(a.of === undefined) - Number(b.of === undefined))
    .map(({ name, from, to }) => [name, { from, to }] as const)
  return Object.fromEntries(entries)
}

interface Parsed {
  templates: Template[]
  faults: TemplateFault[]
}

function parseSource(liquid: Liquid, source: string): Parsed {
  try {
    const templates = liquid.parse(source)
    const { globals } = liquid.analyzeSync(templates, { partials: false })
    const known: ReadonlySet<string> = new Set(templateRoots)
    const faults = Object.entries(globals)
      .filter(([name]) => !known.has(name))
      .flatMap(([name, places]) =>
        places.map(({ location }): TemplateFault => {
          const message = `"${name}" is not known; a name begins with ${list(templateRoots)}.`
          return { reason: 'template_syntax', message, line: location.row, column: location.col }
        }),
      )
    return { templates, faults }
  } catch (error) {
    return { templates: [], faults: [faultOf(error)] }
  }
}

/** The marks prove that text stands between quotes, and values outside: else it is no JSON. */
function parseJson(text: string): RenderedJson {
  try {
    JSON.parse(text.replaceAll(valueMark, '\n'))
    const plain = text.replaceAll(quotedMark, '').replaceAll(valueMark, '')
    return { kind: 'json', text: plain, value: JSON.parse(plain) as JsonValue }
  } catch {
    const message =
      'What comes out is not JSON. Text stands between quotes, or goes without them through "json": ' +
      '{{ profile.email | json }}.'
    return { kind: 'fault', fault: { reason: 'template_not_json', message, line: 1, column: 1 } }
  }
}

/** The words of the library and of the language for having gone too far. */
const overLimit = /limit exceeded|Invalid string length|Maximum call stack/

function faultOf(error: unknown): TemplateFault {
  if (!LiquidError.is(error)) {
    // Nesting so deep that the parser has no room left, and the like.
    const message = error instanceof OutputTooLong ? error.message : 'The template is too deep.'
    return { reason: 'template_limit', message, line: 1, column: 1 }
  }
  const [line, column] = positionOf(error)
  const cause = error.originalError ?? error
  if (cause instanceof UnfitValue) {
    const message = `In ${excerpt(error)}: ${cause.message}.`
    return { reason: 'template_value', message, line, column }
  }
  if (cause instanceof OutputTooLong || overLimit.test(cause.message)) {
    return { reason: 'template_limit', message: 'It asks for more than it may.', line, column }
  }
  if (error.name === 'RenderError') {
    // The error's own words may hold the value that was wrong.
    const message = `In ${excerpt(error)}: this cannot be worked out.`
    return { reason: 'template_value', message, line, column }
  }
  const said = cause.message.replace(/, line:\d+, col:\d+$/, '')
  return { reason: 'template_syntax', message: `In ${excerpt(error)}: ${said}.`, line, column }
}

function positionOf({ token }: LiquidError): [number, number] {
  const [line = 1, column = 1] = token.getPosition()
  return [line, column]
}

/** The part of the template it is about. */
function excerpt({ token }: LiquidError): string {
  const text = token.getText()
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
