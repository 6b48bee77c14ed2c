type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** Reads JSON, or says where it is wrong, without quoting what is there. */
export function parseJson(text: string): { value: Json } | { wrong: string } {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (error) {
    // The engine's own message quotes the text, so only the place is taken from it.
    const at = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    if (at === undefined) return { wrong: 'The text is not valid JSON.' }
    const before = text.slice(0, Number(at)).split('\n')
    const column = (before.at(-1)?.length ?? 0) + 1
    return { wrong: `The text is not valid JSON at line ${before.length}, column ${column}.` }
  }
}
