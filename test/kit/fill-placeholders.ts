import type { ShownToken } from '../../src/core/dialect.ts'
import { isObject, type JsonValue } from '../../src/core/json.ts'

/** What placeholders stand for: parts of the token, and the answers to the requests before. */
export interface Known {
  token: ShownToken
  /** JSON where the answer was JSON, else its text. */
  answers: JsonValue[]
}

const placeholder = /\{\{([^{}]+)\}\}/g

/** Text with each `{{name}}` replaced by the text of what it stands for. */
export function fillText(text: string, known: Known): string {
  return text.replace(placeholder, (_, path: string) => {
    const value = lookUp(path, known)
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}

/** The same at any depth. Text that is one placeholder and nothing else keeps the value's type. */
export function fillJson(value: JsonValue, known: Known): JsonValue {
  if (typeof value === 'string') {
    const whole = /^\{\{([^{}]+)\}\}$/.exec(value)?.[1]
    return whole === undefined ? fillText(value, known) : lookUp(whole, known)
  }
  if (Array.isArray(value)) return value.map((entry) => fillJson(entry, known))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [fillText(name, known), fillJson(part, known)]),
  )
}

function lookUp(path: string, known: Known): JsonValue {
  const [first = '', ...rest] = path.split('.')
  let value: JsonValue | undefined = /^\d+$/.test(first)
    ? known.answers[Number(first)]
    : known.token[first]
  for (const part of rest) {
    const within: { [name: string]: JsonValue } | undefined =
      isObject(value) || Array.isArray(value) ? (value as { [name: string]: JsonValue }) : undefined
    value = within && Object.hasOwn(within, part) ? within[part] : undefined
  }
  if (value === undefined) throw new Error(`The placeholder {{${path}}} stands for nothing here.`)
  return value
}
