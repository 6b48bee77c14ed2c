/** A value as it is typed: text as it is unless it would be read as something else, else JSON. */
export function asTyped(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  return asValue(value) === value ? value : JSON.stringify(value)
}

export function asValue(typed: string): unknown {
  try {
    return JSON.parse(typed)
  } catch {
    return typed
  }
}
