/**
 * Remembers the answers of a costly pure function, the latest asked ones only: at most
 * `entriesMax`, kept in two halves, so that forgetting costs no bookkeeping per call.
 */
export function memoise<V>(entriesMax: number, compute: (key: string) => V): (key: string) => V {
  const half = Math.max(1, Math.floor(entriesMax / 2))
  let recent = new Map<string, V>()
  let older = new Map<string, V>()

  function remember(key: string, value: V): V {
    if (recent.size >= half) {
      older = recent
      recent = new Map()
    }
    recent.set(key, value)
    return value
  }

  return (key) => {
    const found = recent.get(key)
    if (found !== undefined || recent.has(key)) return found as V
    const before = older.get(key)
    if (before !== undefined || older.has(key)) return remember(key, before as V)
    return remember(key, compute(key))
  }
}
