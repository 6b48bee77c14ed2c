/** Kinds of calls told apart; all others are counted together. */
const kindsMax = 50
const segmentsMax = 8
const others = '*'

/** Which calls were asked for that are not served: kinds of them, so that it stays short. */
export class MissedCalls {
  readonly #counts = new Map<string, { method: string; path: string; count: number }>()

  note(method: string, path: string): void {
    const shape = shapeOf(path)
    const kind = this.#counts.get(`${method} ${shape}`) ?? this.#add(method, shape)
    kind.count += 1
  }

  list(): { method: string; path: string; count: number }[] {
    return [...this.#counts.values()]
  }

  #add(method: string, shape: string): { count: number } {
    const isFull = this.#counts.size >= kindsMax
    const kind = isFull
      ? { method: 'other', path: others, count: 0 }
      : { method, path: shape, count: 0 }
    const key = `${kind.method} ${kind.path}`
    const there = this.#counts.get(key)
    if (there) return there
    this.#counts.set(key, kind)
    return kind
  }
}

/** A path without its ids, or anything else that may say who was meant. */
function shapeOf(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '')
  const shown = segments
    .slice(0, segmentsMax)
    .map((segment) => (/^(?:v\d{1,2}|[A-Za-z][A-Za-z_-]{0,31})$/.test(segment) ? segment : others))
  return `/${shown.join('/')}${segments.length > segmentsMax ? `/${others}` : ''}`
}
