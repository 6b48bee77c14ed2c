import type { RequestHead } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { parseForm } from '../../lib/parse-form.ts'

const formLimits = { depthMax: limits.jsonDepthMax, fieldsMax: limits.jsonKeysMax }

/**
 * JSON or a form nested as in PHP, by the content type; its parameters (charset) do not matter.
 * JSON without a content type is read too.
 */
export function parseBody(text: string, head: RequestHead): JsonValue | undefined {
  if (text === '') return undefined
  if (isRoot(head.path)) return parseExchange(text)
  const type = mediaType(head)
  if (type === 'application/json') return parseJson(text)
  if (type === 'application/x-www-form-urlencoded') return parseParameters(text)
  if (type === '' && startsLikeJson(text)) return parseJson(text)
  throw new Fault('unsupported_media_type', {
    message: 'Parameters must be sent as application/json or application/x-www-form-urlencoded',
  })
}

/** The token exchange: outside every version, and older pages show more than one way to call it. */
function isRoot(path: string): boolean {
  return /^\/*$/.test(path)
}

function mediaType(head: RequestHead): string {
  const type = head.headers['content-type'] ?? ''
  if (type === 'application/json') return type
  const end = type.indexOf(';')
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase()
}

function startsLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text)
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the body, which does not belong in an answer or a log.
    throw new Fault('malformed_body', { message: 'The body is not valid JSON' })
  }
}

function parseParameters(text: string): JsonValue {
  if (startsLikeJson(text)) {
    throw new Fault('malformed_body', {
      message:
        'The body looks like JSON but is declared as a form; set Content-Type to application/json',
    })
  }
  const parameters = readForm(text)
  for (const pair of text.split('&')) {
    const [encoded = ''] = pair.split('=', 1)
    assertFormName(decodeURIComponent(encoded.replaceAll('+', ' ')))
  }
  return parameters
}

function readForm(text: string): { [name: string]: JsonValue } {
  try {
    return parseForm(text, true, formLimits)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The form could not be read'
    throw new Fault('malformed_body', { message })
  }
}

/** What the form reader would pass over in silence is refused, so that nothing gets lost. */
function assertFormName(name: string): void {
  if (/(?:^|\[)__proto__(?:[[\]]|$)/.test(name)) {
    throw invalidField('__proto__', 'is not allowed as a name.')
  }
  const list = name.indexOf('[][')
  if (list >= 0) {
    const field = name.slice(0, Math.min(list, limits.nameLengthMax))
    throw invalidField(field, 'needs an index for each entry, as in name[0][part].')
  }
}

/** A form or JSON whatever the content type says, and JSON in single quotes as once documented. */
function parseExchange(text: string): JsonValue {
  if (!startsLikeJson(text)) return readForm(text)
  const quoted = /^\s*\{\s*'access_token'\s*:\s*'([^'\\]*)'\s*\}\s*$/.exec(text)
  return quoted ? { access_token: quoted[1] ?? '' } : parseJson(text)
}
