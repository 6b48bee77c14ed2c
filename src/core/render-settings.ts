import { Fault } from './errors.ts'
import type { JsonObject, JsonValue } from './json.ts'
import { assertAcceptable } from './normalise.ts'
import type { TemplateFault, TemplateScope, Templates } from './template.ts'

export type RenderedSettings =
  | { settings: JsonObject }
  /** `name` is the setting that is wrong, with dots where it lies deeper. */
  | { fault: TemplateFault & { name: string } }

/** A text that is one value put out as JSON, and nothing else. */
const wholeValue = /^\s*\{\{((?!\{\{|\}\}|\{%).)*\|\s*json\s*\}\}\s*$/s
const isTemplate = /\{[{%]/

/**
 * Puts values into the texts of a step's settings; names are left as they are. A text that is
 * `{{ ... | json }}` and nothing else becomes that value, of its own kind. What comes out passes
 * the same normaliser as what callers send.
 */
export function renderSettings(
  settings: JsonObject,
  templates: Templates,
  scope: () => TemplateScope,
): RenderedSettings {
  if (!hasTemplates(settings)) return { settings }
  const values = scope()
  try {
    const rendered = render(settings, '', templates, values) as JsonObject
    assertAcceptable(rendered)
    return { settings: rendered }
  } catch (error) {
    if (error instanceof Unrendered) return { fault: { ...error.fault, name: error.name } }
    if (!(error instanceof Fault)) throw error
    const name = error.fields[0]?.field ?? 'with'
    const message = 'What comes out cannot be stored.'
    return { fault: { reason: 'template_value', message, line: 1, column: 1, name } }
  }
}

class Unrendered extends Error {
  readonly fault: TemplateFault

  constructor(name: string, fault: TemplateFault) {
    super(fault.message)
    this.name = name
    this.fault = fault
  }
}

function render(
  value: JsonValue,
  name: string,
  templates: Templates,
  scope: TemplateScope,
): JsonValue {
  if (typeof value === 'string') return renderText(value, name, templates, scope)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value.map((entry, index) => render(entry, `${name}.${index}`, templates, scope))
  }
  const below = (key: string) => (name === '' ? key : `${name}.${key}`)
  const entries = Object.entries(value).map(
    ([key, inner]) => [key, render(inner, below(key), templates, scope)] as const,
  )
  return Object.fromEntries(entries)
}

function renderText(
  text: string,
  name: string,
  templates: Templates,
  scope: TemplateScope,
): JsonValue {
  if (!isTemplate.test(text)) return text
  if (wholeValue.test(text)) {
    const rendered = templates.renderJson(text, scope)
    if (rendered.kind === 'fault') throw new Unrendered(name, rendered.fault)
    return rendered.value
  }
  const rendered = templates.renderText(text, scope)
  if (rendered.kind === 'fault') throw new Unrendered(name, rendered.fault)
  return rendered.text
}

/** Settings are kept as long as their rule is in force, so each is looked through once. */
const templated = new WeakMap<JsonObject, boolean>()

function hasTemplates(settings: JsonObject): boolean {
  const known = templated.get(settings)
  if (known !== undefined) return known
  const verdict = holdsTemplate(settings)
  templated.set(settings, verdict)
  return verdict
}

function holdsTemplate(value: JsonValue): boolean {
  if (typeof value === 'string') return isTemplate.test(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsTemplate)
}
