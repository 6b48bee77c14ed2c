import autocannon from 'autocannon'
import type { ShownToken } from '../src/core/dialect.ts'
import { type BenchPerson, scenarios } from './scenarios.ts'

/** One run against one server. */
export interface LoadOrder {
  scenario: number
  /** One server, or several nodes that share the connections. */
  urls: string[]
  token: ShownToken
  people: BenchPerson[]
  connections: number
  /** Differs from round to round, so that every value written is a new one. */
  round: string
  seconds: number
}

export interface LoadResult {
  answers: number
  seconds: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  maxMs: number
  /** Answers other than 2xx, and connections lost or timed out. */
  errors: number
  /** True when every prepared request was sent and the first ones came round again. */
  wrapped: boolean
}

/*
 * The load in a process of its own. Requests are prepared before the clock starts, so that this
 * side does as little as it can while it measures.
 */
const requestsPerConnection = 3_000

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result))
})

async function run(order: LoadOrder): Promise<LoadResult> {
  const scenario = scenarios[order.scenario]
  if (!scenario) throw new Error(`There is no scenario ${order.scenario}.`)
  const { people, urls, round, token } = order
  const connections = Math.floor(order.connections / urls.length) * urls.length
  const share = Math.floor(people.length / connections)
  const prepared = scenario.once ? share : requestsPerConnection
  let client = 0
  // The tool's own clock also counts the time in which requests are prepared, and its own
  // percentiles are whole milliseconds.
  const latencies: number[] = []
  let early = 0
  let began = Number.POSITIVE_INFINITY
  let ended = 0
  const one = (url: string) => {
    const each = connections / urls.length
    const options: autocannon.Options = {
      url,
      connections: each,
      // Preparing the requests counts, and takes long on a busy machine.
      timeout: 60,
      ...(scenario.once ? { amount: share * each } : { duration: order.seconds }),
      setupClient: (one) => {
        const own = client++
        one.setRequests(
          Array.from({ length: prepared }, (_, n) => {
            const person = people[scenario.once ? own * share + n : random(people.length)]
            const change = `${round}-${own}-${n}`
            return scenario.request(person as BenchPerson, change, token) as autocannon.Request
          }),
        )
      },
    }
    return new Promise<autocannon.Result>((resolve, reject) => {
      const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)))
      instance.on('start', () => {
        began = Math.min(began, performance.now())
      })
      instance.on('response', (_client, status, _bytes, ms) => {
        ended = performance.now()
        if (status >= 300) return
        // The first request of each connection has waited for all the others to be prepared.
        if (ended - ms < began) early++
        else latencies.push(ms)
      })
    })
  }
  const results = await Promise.all(urls.map(one))
  latencies.sort((a, b) => a - b)
  const percentile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  const seconds = (ended - began) / 1_000
  const answers = latencies.length + early
  return {
    answers,
    seconds,
    perSecond: answers / seconds,
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
    maxMs: latencies.at(-1) ?? 0,
    errors: results.reduce(
      (sum, { non2xx, errors, timeouts }) => sum + non2xx + errors + timeouts,
      0,
    ),
    wrapped: !scenario.once && answers > prepared * connections,
  }
}

function random(below: number): number {
  return Math.floor(Math.random() * below)
}
