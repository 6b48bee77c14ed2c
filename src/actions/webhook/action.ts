import { defineExternalAction, type RenderedAction, type RenderInput } from '../../core/action.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { DeliveryRequest } from '../../core/planned-delivery.ts'
import { renderSettings } from '../../core/render-settings.ts'
import { changesScope, type TemplateScope } from '../../core/template.ts'
import { webhookLimits, webhookSettings } from './settings.ts'

/** Calls a destination over HTTP. */
export const webhook = defineExternalAction({
  type: 'webhook',
  settings: webhookSettings,
  destinationType: 'webhook',
  keepsPerson: ({ payload }) => payload !== undefined,
  render,
})

/** Ends a rendering that gives nothing. */
class Unrendered extends Error {
  readonly reason: Extract<RenderedAction, { kind: 'fault' }>['reason']

  constructor(reason: Unrendered['reason'], detail: string) {
    super(detail)
    this.reason = reason
  }
}

function render(input: RenderInput): RenderedAction {
  const method = (input.settings.method ?? 'POST') as DeliveryRequest['method']
  try {
    const headers = renderHeaders(input)
    if (method === 'GET') return { kind: 'request', request: { method, headers, body: null } }
    const { payload } = input.settings
    if (typeof payload === 'string') {
      const given = renderGiven(input)
      return { kind: 'payload', name: payload, ...given, request: { method, headers } }
    }
    const { body, contentType } = renderBody(input)
    const bytes = Buffer.byteLength(body)
    if (bytes > webhookLimits.bodyBytesMax) {
      const most = `a webhook takes ${webhookLimits.bodyBytesMax} at most`
      throw new Unrendered('too_large', `The body has ${bytes} bytes; ${most}.`)
    }
    const request = { method, headers: { ...headers, 'content-type': contentType }, body }
    return { kind: 'request', request }
  } catch (error) {
    if (!(error instanceof Unrendered)) throw error
    return { kind: 'fault', reason: error.reason, detail: error.message }
  }
}

function renderHeaders(input: RenderInput): { [name: string]: string } {
  const given = isObject(input.settings.headers) ? input.settings.headers : {}
  const rendered = renderPart(input, 'headers', given) as JsonObject
  const headers = Object.entries(rendered).map(([name, value]) => {
    const text = plainText(value).trim()
    // What a header cannot hold could end it, and begin another.
    if (text.length > webhookLimits.headerValueLengthMax || !/^[\t\x20-\x7e]*$/.test(text)) {
      const most = `at most ${webhookLimits.headerValueLengthMax} visible characters of ASCII`
      throw unrendered('template_value', `headers.${name}`, `A header holds ${most}.`)
    }
    return [name.toLowerCase(), text] as const
  })
  return Object.fromEntries(headers)
}

/** What a payload is given besides the event and the person. */
function renderGiven(input: RenderInput): { given?: JsonValue } {
  if (!Object.hasOwn(input.settings, 'json')) return {}
  return { given: renderPart(input, 'json', input.settings.json ?? null) }
}

function renderBody(input: RenderInput): { body: string; contentType: string } {
  const { settings } = input
  if (typeof settings.body === 'string') {
    const contentType = (settings.content_type as string | undefined) ?? 'application/json'
    return { body: renderText(input, settings.body, contentType), contentType }
  }
  if (Object.hasOwn(settings, 'json')) {
    const body = JSON.stringify(renderPart(input, 'json', settings.json ?? null))
    return { body, contentType: 'application/json' }
  }
  if (isObject(settings.form)) {
    const pairs = Object.entries(renderPart(input, 'form', settings.form) as JsonObject)
    const form = new URLSearchParams(pairs.map(([name, value]) => [name, plainText(value)]))
    return { body: form.toString(), contentType: 'application/x-www-form-urlencoded' }
  }
  return { body: JSON.stringify(envelope(input)), contentType: 'application/json' }
}

/** What is sent as JSON is JSON, or is not sent. */
function renderText(input: RenderInput, source: string, contentType: string): string {
  const isJson = /[/+]json(;|$)/i.test(contentType)
  const scope = scopeOf(input)
  const rendered = isJson
    ? input.templates.renderJson(source, scope)
    : input.templates.renderText(source, scope)
  if (rendered.kind !== 'fault') return rendered.text
  const { reason, message, line, column } = rendered.fault
  throw unrendered(reason, 'body', message, line, column)
}

/**
 * What is sent where the rule names no body, in the form that Standard Webhooks advises: the type,
 * when it happened, and the rest under `data`.
 */
function envelope({ seen: { event, profile } }: RenderInput): JsonObject {
  const { id, type, source, attributes, changes } = event
  const occurredAt = new Date(event.occurredAt).toISOString()
  const receivedAt = new Date(event.receivedAt).toISOString()
  return {
    type,
    timestamp: occurredAt,
    data: {
      event: {
        ...{ id, type, occurred_at: occurredAt, received_at: receivedAt, source, attributes },
        changes: changes.map(({ name, of = 'attribute', from, to }) => ({ name, of, from, to })),
      },
      profile: profile && { ...profile },
    },
  }
}

/** One of the settings with its templates put through. */
function renderPart(input: RenderInput, name: string, value: JsonValue): JsonValue {
  const rendered = renderSettings({ [name]: value }, input.templates, () => scopeOf(input))
  if ('settings' in rendered) return rendered.settings[name] ?? null
  const { fault } = rendered
  throw unrendered(fault.reason, fault.name, fault.message, fault.line, fault.column)
}

function scopeOf({ seen, workspace, plannedAt }: RenderInput): TemplateScope {
  return {
    event: seen.event.attributes,
    profile: seen.profile?.attributes ?? {},
    ...(seen.profile && { tags: seen.profile.tags }),
    record: seen.record?.values ?? {},
    changes: changesScope(seen.event.changes),
    workspace: { name: workspace.name },
    now: plannedAt,
  }
}

function unrendered(
  reason: Unrendered['reason'],
  name: string,
  message: string,
  line = 1,
  column = 1,
): Unrendered {
  return new Unrendered(reason, `${name}, line ${line}, column ${column}: ${message}`)
}

/** A text that was `{{ ... | json }}` and nothing else has become a value of its own kind. */
function plainText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
