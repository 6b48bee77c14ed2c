import type { RequestHead } from '../../core/dialect.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { type FormValue, parseForm } from '../../lib/parse-form.ts'
import { parseMultipart } from '../../lib/parse-multipart.ts'
import { type Field, fields } from './fields.ts'

/**
 * JSON and forms of both kinds, as the vendor's framework reads them. Two of the seed's six samples
 * send form text labelled as JSON, so text that is not JSON but plainly a form is read as one (wire
 * notes 2.6). An empty body has no content type to refuse: clients send `application/json` with
 * nothing in it.
 *
 * @throws Fault `unsupported_media_type`, `malformed_body`, or `invalid_field` for `__proto__`
 */
export function parseBody(text: string, head: RequestHead): JsonValue | undefined {
  if (text === '') return undefined
  const contentType = head.headers['content-type'] ?? ''
  switch (mediaType(contentType)) {
    case 'application/json':
      return parseJson(text)
    case 'application/x-www-form-urlencoded':
      if (looksLikeJson.test(text)) {
        throw new Fault('malformed_body', {
          message: 'The body is JSON but was sent as a form; send content-type: application/json.',
        })
      }
      return readForm(text)
    case 'multipart/form-data':
      return readMultipart(text, contentType)
    default:
      throw new Fault('unsupported_media_type', {
        message: `Unsupported media type "${contentType.slice(0, 100)}" in request.`,
      })
  }
}

function mediaType(contentType: string): string {
  if (contentType === 'application/json') return contentType
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    if (pureForm.test(text)) return readForm(text)
    throw new Fault('malformed_body', { message: jsonFault(text, error), cause: error })
  }
}

/** The engine's own message quotes the body, so only the place is taken from it. */
function jsonFault(text: string, error: unknown): string {
  const at = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
  if (at === undefined) return 'JSON parse error - the text is not valid JSON.'
  const before = text.slice(0, Number(at)).split('\n')
  const column = (before.at(-1)?.length ?? 0) + 1
  return `JSON parse error - not valid at line ${before.length} column ${column} (char ${at}).`
}

/** One or more `name=value`, joined by `&`; nothing that JSON or markup would have. */
const pureForm = /^[^=&\s"{}[\]<>]+=[^&"{}<>\p{Cc}]*(?:&[^=&\s"{}<>]+=[^&"{}<>\p{Cc}]*)*$/u
/** A form would have these characters encoded; a client that forgot its content type does not. */
const looksLikeJson = /^\s*[{[]\s*["{[}\]]/

function readMultipart(text: string, contentType: string): JsonObject {
  let pairs: [name: string, value: string][]
  try {
    pairs = parseMultipart(text, contentType)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The form could not be read.'
    throw new Fault('malformed_body', { message: `Multipart form parse error - ${message}` })
  }
  return readForm(new URLSearchParams(pairs).toString())
}

function readForm(text: string): JsonObject {
  let form: { [name: string]: FormValue }
  try {
    form = parseForm(text, false, { depthMax: limits.jsonDepthMax, fieldsMax: limits.jsonKeysMax })
  } catch (error) {
    const message = error instanceof Error ? error.message : 'The form could not be read.'
    throw new Fault('malformed_body', { message, cause: error })
  }
  // The parser leaves this name out without a word.
  if ([...new URLSearchParams(text).keys()].some((name) => protoName.test(name))) {
    throw invalidField('__proto__', 'is not allowed as a name.')
  }
  form = gatherLists(form)
  for (const name of Object.keys(form)) {
    const value = fromForm(form[name] ?? '', fields.get(name))
    if (value === undefined) delete form[name]
    else form[name] = value
  }
  return form
}

const protoName = /^__proto__(?:\[|$)/
/** How PHP, Ruby and the vendor's own framework write the entries of a list in a form. */
const entryName = /^([^[\]]+)\[\d*\]$/

/** Makes one list of `tags[]=a&tags[]=b`, and of `tags[0]=a&tags[1]=b`. */
function gatherLists(form: { [name: string]: FormValue }): { [name: string]: FormValue } {
  const names = Object.keys(form)
  if (!names.some((name) => entryName.test(name))) return form
  const gathered: { [name: string]: FormValue } = Object.create(null)
  for (const name of names) {
    const value = form[name] ?? ''
    const list = entryName.exec(name)?.[1]
    if (list === undefined) gathered[name] = value
    else gathered[list] = [...asList(gathered[list]), ...asList(value)]
  }
  return gathered
}

function asList(value: FormValue | undefined): FormValue[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

/**
 * In a form, empty text stands for "not given" where a field cannot be empty, a name given twice
 * counts with its last value, and `tags` is always a list. Custom attributes keep all values.
 */
function fromForm(value: FormValue, field: Field | undefined): FormValue | undefined {
  if (field === undefined) return value
  if (field.kind === 'tags') {
    return asList(value).filter((tag) => tag !== '')
  }
  const last = Array.isArray(value) ? (value.at(-1) ?? '') : value
  return last === '' && field.kind === 'attribute' && field.refusesEmpty ? undefined : last
}
