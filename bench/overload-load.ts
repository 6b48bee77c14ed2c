import { connect, type Socket } from 'node:net'
import type { ShownToken } from '../src/core/dialect.ts'
import { encodeRequest } from '../test/kit/http-client.ts'
import { type BenchPerson, scenarios } from './scenarios.ts'

/**
 * One stretch of load: so many calls a second at planned times, whatever becomes of them; or, where
 * `perSecond` is null, as many as are answered, with so many under way all the time.
 */
export interface LoadPlan {
  scenario: number
  url: string
  token: ShownToken
  people: BenchPerson[]
  /** Differs from plan to plan, so that every value written is a new one. */
  round: string
  perSecond: number | null
  seconds: number
  /** The most calls under way; one that finds no place is counted as such and never sent. */
  connectionsMax: number
  /** Whether each call has a connection of its own, which it opens and closes. */
  fresh: boolean
}

/** What became of the calls of one stretch. Times are from the planned moment of each. */
export interface LoadOutcome {
  planned: number
  taken: number
  refused: number
  /** Refused without a `Retry-After`, or answered otherwise. */
  wrong: number
  /** No connection was free, or one was lost. */
  unsent: number
  lost: number
  takenPerSecond: number
  takenP50Ms: number
  takenP99Ms: number
  refusedP50Ms: number
  refusedP99Ms: number
  /** How late calls were sent: what of the times is this side's own doing. */
  sentLateP99Ms: number
  /** Processor time that this side used for a call, in microseconds. */
  generatorUs: number
  /** For each second of the stretch by planned time: calls taken, and their 99th percentile. */
  seconds: { taken: number; refused: number; takenP99Ms: number }[]
}

/*
 * An open-loop generator in a process of its own, on bare sockets: a client that waits for answers
 * before it sends the next call measures a server at the server's own pace.
 */
process.on('message', (plan: LoadPlan) => {
  void run(plan).then((outcome) => process.send?.(outcome))
})

interface Lane {
  socket: Socket
  plannedAt: number
  busy: boolean
}

interface Answered {
  plannedAt: number
  ms: number
}

async function run(plan: LoadPlan): Promise<LoadOutcome> {
  const scenario = scenarios[plan.scenario]
  if (!scenario) throw new Error(`There is no scenario ${plan.scenario}.`)
  const host = new URL(plan.url).host
  const total = Math.floor((plan.perSecond ?? Infinity) * plan.seconds)
  const requests = Array.from({ length: Math.min(total, 10_000) }, (_, n) => {
    const person = plan.people[Math.floor(Math.random() * plan.people.length)] as BenchPerson
    return encodeRequest(scenario.request(person, `${plan.round}-${n}`, plan.token), host)
  })
  const generator = new Generator(plan)
  // All of them, before the clock starts: a burst of new ones overruns the queue of the listener,
  // and what is dropped there comes again after a second.
  for (let open = 0; open < plan.connectionsMax && !plan.fresh; open += 50) {
    await generator.open(Math.min(50, plan.connectionsMax - open))
  }
  const before = process.cpuUsage()
  const outcome = await generator.run(requests, total)
  const { user, system } = process.cpuUsage(before)
  const calls = outcome.taken + outcome.refused
  return { ...outcome, generatorUs: Math.round((user + system) / Math.max(1, calls)) }
}

class Generator {
  readonly #plan: LoadPlan
  readonly #lanes = new Set<Lane>()
  readonly #free: Lane[] = []
  readonly #taken: Answered[] = []
  readonly #refused: Answered[] = []
  readonly #late: number[] = []
  #unsent = 0
  #wrong = 0
  #lost = 0
  #stopped = false
  #onFree = () => {}

  constructor(plan: LoadPlan) {
    this.#plan = plan
  }

  async open(count: number): Promise<void> {
    const lanes = Array.from({ length: count }, () => this.#newLane())
    await Promise.all(
      lanes.map(({ socket }) => new Promise((done) => socket.once('connect', done))),
    )
    this.#free.push(...lanes)
  }

  async run(requests: readonly Buffer[], total: number) {
    const began = performance.now()
    const planned =
      this.#plan.perSecond === null
        ? await this.#sendOnAnswer(requests, began)
        : await this.#sendOnTime(requests, began, total, this.#plan.perSecond)
    const until = performance.now() + 5_000
    const isBusy = () => [...this.#lanes].some(({ busy }) => busy)
    while (isBusy() && performance.now() < until) await new Promise((done) => setTimeout(done, 10))
    this.#stopped = true
    for (const { socket, busy } of this.#lanes) {
      if (busy) this.#lost++
      socket.destroy()
    }
    return this.#outcome(began, planned)
  }

  async #sendOnTime(requests: readonly Buffer[], began: number, total: number, perSecond: number) {
    const timeOf = (n: number) => began + (n * 1_000) / perSecond
    let next = 0
    while (next < total) {
      const now = performance.now()
      while (next < total && timeOf(next) <= now) {
        this.#send(requests[next % requests.length] as Buffer, timeOf(next), now)
        next++
      }
      await new Promise((done) => setTimeout(done, 1))
    }
    return total
  }

  async #sendOnAnswer(requests: readonly Buffer[], began: number) {
    let sent = 0
    this.#onFree = () => {
      const now = performance.now()
      if (now - began > this.#plan.seconds * 1_000) return
      this.#send(requests[sent++ % requests.length] as Buffer, now, now)
    }
    for (let free = this.#plan.connectionsMax; free > 0; free--) this.#onFree()
    await new Promise((done) => setTimeout(done, this.#plan.seconds * 1_000))
    return sent
  }

  #send(request: Buffer, plannedAt: number, now: number): void {
    let lane = this.#free.pop()
    if (!lane) {
      if (this.#lanes.size >= this.#plan.connectionsMax) {
        this.#unsent++
        return
      }
      lane = this.#newLane()
    }
    lane.plannedAt = plannedAt
    lane.busy = true
    this.#late.push(now - plannedAt)
    lane.socket.write(request)
  }

  #newLane(): Lane {
    const { hostname, port } = new URL(this.#plan.url)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const lane: Lane = { socket, plannedAt: 0, busy: false }
    this.#lanes.add(lane)
    let text = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      text = text === '' ? chunk : text + chunk
      if (!isWhole(text)) return
      this.#answered(lane, text)
      const closes =
        text.includes('\r\nconnection: close') || text.includes('\r\nConnection: close')
      text = ''
      lane.busy = false
      if (closes || this.#plan.fresh) this.#drop(lane)
      else this.#free.push(lane)
      this.#onFree()
    })
    socket.on('error', () => {})
    socket.on('close', () => this.#drop(lane))
    return lane
  }

  #answered({ plannedAt }: Lane, text: string): void {
    const status = Number(text.slice(9, 12))
    const answer = { plannedAt, ms: performance.now() - plannedAt }
    if (status < 300) this.#taken.push(answer)
    else if (/^(400|503)$/.test(String(status)) && /\r\nretry-after: \d+\r\n/i.test(text)) {
      this.#refused.push(answer)
    } else this.#wrong++
  }

  #drop(lane: Lane): void {
    if (!this.#lanes.delete(lane) || this.#stopped) return
    if (lane.busy) this.#lost++
    const place = this.#free.indexOf(lane)
    if (place >= 0) this.#free.splice(place, 1)
    lane.socket.destroy()
  }

  #outcome(began: number, planned: number): Omit<LoadOutcome, 'generatorUs'> {
    const { seconds } = this.#plan
    const second = (n: number) => {
      const within = ({ plannedAt }: Answered) => Math.floor((plannedAt - began) / 1_000) === n
      const taken = this.#taken.filter(within)
      return {
        taken: taken.length,
        refused: this.#refused.filter(within).length,
        takenP99Ms: percentile(taken, 0.99),
      }
    }
    return {
      planned,
      taken: this.#taken.length,
      refused: this.#refused.length,
      wrong: this.#wrong,
      unsent: this.#unsent,
      lost: this.#lost,
      takenPerSecond: this.#taken.length / seconds,
      takenP50Ms: percentile(this.#taken, 0.5),
      takenP99Ms: percentile(this.#taken, 0.99),
      refusedP50Ms: percentile(this.#refused, 0.5),
      refusedP99Ms: percentile(this.#refused, 0.99),
      sentLateP99Ms: percentile(
        this.#late.map((ms) => ({ plannedAt: 0, ms })),
        0.99,
      ),
      seconds: Array.from({ length: Math.ceil(seconds) }, (_, n) => second(n)),
    }
  }
}

/** An answer is whole once its declared length is there; nothing here answers otherwise. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  return text.length >= end + 4 + Number(length ?? 0)
}

function percentile(answers: readonly Answered[], share: number): number {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? 0) * 10) / 10
}
