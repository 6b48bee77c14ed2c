import { Counter, type Registry } from 'prom-client'

/** Calls told apart; what comes beyond that is counted together. */
const callsMax = 200
const segmentsMax = 6

/** Counts calls of vendors that callers with a token tried and that are not there. */
export class UnknownCalls {
  readonly #calls = new Map<string, { labels: CallLabels; count: number }>()

  constructor(registry: Registry) {
    const calls = this.#calls
    new Counter({
      name: 'roster_unknown_calls_total',
      help: 'Calls with a valid token that no endpoint answers.',
      labelNames: ['dialect', 'method', 'path'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { labels, count } of calls.values()) this.inc({ ...labels }, count)
      },
    })
  }

  count(dialect: string, method: string, path: string): void {
    const shape = shapeOf(path)
    const asked = `${dialect} ${method} ${shape}`
    const isNew = !this.#calls.has(asked)
    const beyond = isNew && this.#calls.size >= callsMax
    const key = beyond ? 'others' : asked
    const labels = beyond
      ? { dialect: 'other', method: 'other', path: 'other' }
      : { dialect, method, path: shape }
    const call = this.#calls.get(key) ?? { labels, count: 0 }
    call.count += 1
    this.#calls.set(key, call)
  }
}

interface CallLabels {
  dialect: string
  method: string
  path: string
}

/** A path without what may name a person: only small words stay. */
function shapeOf(path: string): string {
  const segments = path.split('/').slice(1)
  const shown = segments.slice(0, segmentsMax).map((segment) => {
    return /^(?:v\d+|[a-z][a-z_-]{0,31})?$/.test(segment) ? segment : ':x'
  })
  return `/${shown.join('/')}${segments.length > segmentsMax ? '/...' : ''}`
}
