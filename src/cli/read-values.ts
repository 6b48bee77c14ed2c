import type { JsonObject, JsonValue } from '../core/json.ts'
import { parseJson } from '../lib/parse-json.ts'
import { CliError } from './command.ts'

/** `NAME=text` and `NAME:=json`, as a map. */
export function readValues(words: readonly string[], what = 'NAME=VALUE'): JsonObject {
  const entries = words.map((word): [string, JsonValue] => {
    const at = word.indexOf('=')
    if (at < 1) throw new CliError('usage', `"${word}" is not ${what}.`)
    const value = word.slice(at + 1)
    const isJson = word[at - 1] === ':' && at > 1
    return isJson
      ? [word.slice(0, at - 1), readJson(word.slice(0, at - 1), value)]
      : [word.slice(0, at), value]
  })
  const names = entries.map(([name]) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new CliError('usage', `"${twice}" is given twice.`)
  return Object.fromEntries(entries)
}

/** JSON that was typed. */
export function readJson(name: string, text: string): JsonValue {
  const parsed = parseJson(text)
  if ('value' in parsed) return parsed.value
  throw new CliError('usage', `${name}: ${parsed.wrong}`)
}
