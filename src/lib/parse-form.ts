import qs from 'qs'

/** What a form holds: text, lists and nested maps of text, without prototypes. */
export type FormValue = string | FormValue[] | { [name: string]: FormValue }

export interface FormLimits {
  depthMax: number
  fieldsMax: number
}

/**
 * Reads `application/x-www-form-urlencoded` text. With `nested`, names nest as in PHP: `a[b]=1` is
 * a map, `a[]=1` a list, and a name given twice keeps its last value; without, names are plain and
 * a name given twice becomes a list.
 *
 * @throws Error with a public message when the text is not validly encoded or over a limit.
 */
export function parseForm(
  text: string,
  nested: boolean,
  limits: FormLimits,
): { [name: string]: FormValue } {
  return qs.parse(text, {
    plainObjects: true,
    allowPrototypes: true,
    parseArrays: nested,
    depth: nested ? limits.depthMax : 0,
    strictDepth: nested,
    arrayLimit: limits.fieldsMax,
    parameterLimit: limits.fieldsMax,
    throwOnLimitExceeded: true,
    duplicates: nested ? 'last' : 'combine',
    decoder: decodeStrictly,
  }) as { [name: string]: FormValue }
}

/** Unlike the usual decoders, this one does not keep what it cannot read. */
function decodeStrictly(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Error(`"${text.slice(0, 40)}" is not valid percent-encoding of UTF-8.`)
  }
}
