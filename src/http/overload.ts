import type { RequestHead } from '../core/dialect.ts'
import { Fault } from '../core/errors.ts'
import { isHealthPath } from './health.ts'
import type { HttpConfig } from './http-config.ts'

/** Knows whether another call can be served soon; if not, it is better refused than kept. */
export interface Overload {
  /** Whether so few calls are under way that none is refused, whatever it is. */
  isCalm(): boolean
  /** Whether a call that comes now is to be refused. */
  isFull(head: Asked): boolean
  /** Whether calls were refused just now, or so many came that some may be. */
  isPressed(): boolean
  press(): void
  /** A call waits to be handed to its endpoint, and counts as one under way; no longer. */
  enterLine(): void
  leaveLine(): void
  /** A call is handed to its endpoint; `call` names it until it is over. */
  begin(call: object): void
  over(call: object): void
  /** Counts bytes of bodies as kept; false, and uncounted, where that would be too many. */
  hold(bytes: number): boolean
  letGo(bytes: number): void
  /** Calls refused since this was asked last. */
  takeRefused(): number
  /** The refusal, which says when to come again. */
  refuse(): Fault
  /** How many calls are served at a time as things are now. */
  readonly limit: number
}

type Asked = Pick<RequestHead, 'method' | 'path' | 'headers'>

/** So many are served at a time however long they take: what delays them is not their number. */
const limitMin = 128
const limitAtStart = 256
/** A call that has waited so long tells that those behind it would wait as long. */
const waitMsMax = 1_000
/** How often the limit is looked at, and how many calls must have ended by then. */
const roundMs = 100
const roundCallsMin = 32
/** A call is slow that takes this long, and so many times as long as where few are under way. */
const slowMsMin = 25
const slowTimes = 3
/** So long after a refusal others are to be expected. */
const pressedMs = 2_000
/**
 * Those who are refused at one time shall not all come again at one time. Made once: to find out
 * where an error was made costs a tenth of what a refusal costs.
 */
const faults = [1, 2, 3].map((seconds) => new Fault('overloaded', { retryAfterSeconds: seconds }))

/**
 * Which part of the limit calls of one rank may fill: the rest is kept for those before them.
 * What machines ask about the server is always answered.
 */
const shares = { first: 1, write: 7 / 8, read: 3 / 4 } as const

/**
 * Removals are somebody's right, and somebody at the console is perhaps mending what is wrong.
 * A write that is refused may be lost, where a read can be made again.
 */
function rankOf({ method, path, headers }: Asked): keyof typeof shares | 'health' {
  if (isHealthPath(path)) return 'health'
  if (method === 'DELETE' || isOperator(path, headers)) return 'first'
  return method === 'GET' || method === 'HEAD' ? 'read' : 'write'
}

/** The console's pages, and the calls they make: programs have no cookie. */
function isOperator(path: string, headers: Asked['headers']): boolean {
  return path.startsWith('/console') || (headers.cookie !== undefined && path.startsWith('/api/v1'))
}

/**
 * Watches how many calls are under way, and moves their limit by how long they take: up while it is
 * reached and most calls are about as quick as where few are under way, down while most are slow.
 * So an engine that gets more done with more at hand gets more, and where more would only wait
 * longer they are refused. That the oldest has waited for long counts only where many wait with it,
 * so that one slow search refuses nobody. How late the event loop is does not count by itself: what
 * makes it late under overload is refusing, and to take less then would leave nothing but refusals
 * (measured: a fifteenth of the peak).
 */
export function watchOverload(
  { callsMax, bodiesBytesMax }: Pick<HttpConfig, 'callsMax' | 'bodiesBytesMax'>,
  clock: () => number = () => performance.now(),
): Overload {
  const underWay = new Map<object, number>()
  const least = Math.min(limitMin, callsMax)
  let limit = Math.min(limitAtStart, callsMax)
  let calmMax = calmOf(limit)
  /** Calls that wait to be handed to their endpoints. */
  let inLine = 0
  let refused = 0
  let pressedAt = Number.NEGATIVE_INFINITY
  /** What half of the calls take where few are under way. */
  let usualMs = slowMsMin / slowTimes
  let round = newRound(0)

  function newRound(startedAt: number) {
    return { startedAt, ended: 0, slow: 0, most: underWay.size }
  }

  function calmOf(most: number): number {
    return Math.min(Math.ceil(most * shares.read), least)
  }

  function waitedTooLong(): boolean {
    const [oldest] = underWay.values()
    return oldest !== undefined && clock() - oldest > waitMsMax
  }

  function ended(now: number, ms: number): void {
    if (round.most <= least) usualMs *= ms > usualMs ? 1.02 : 0.98
    round.ended++
    if (ms > Math.max(slowMsMin, slowTimes * usualMs)) round.slow++
    if (round.ended < roundCallsMin || now - round.startedAt < roundMs) return
    if (round.slow * 2 > round.ended) limit = Math.max(least, Math.floor(limit * 0.9))
    else if (round.most >= limit * shares.read) limit = Math.min(callsMax, Math.ceil(limit * 1.1))
    calmMax = calmOf(limit)
    round = newRound(now)
  }

  return {
    ...countBytes(bodiesBytesMax),
    isCalm: () => underWay.size + inLine < calmMax,
    isFull(head) {
      const count = underWay.size + inLine
      if (count < calmMax) return false
      const rank = rankOf(head)
      if (rank === 'health') return false
      if (count >= Math.ceil(limit * shares[rank])) return true
      return count >= least && waitedTooLong()
    },
    isPressed: () => clock() - pressedAt < pressedMs,
    press() {
      pressedAt = clock()
    },
    enterLine() {
      inLine++
    },
    leaveLine() {
      inLine--
    },
    begin(call) {
      underWay.set(call, clock())
      const count = underWay.size + inLine
      if (count > round.most) round.most = count
    },
    over(call) {
      const begunAt = underWay.get(call)
      if (begunAt === undefined) return
      underWay.delete(call)
      const now = clock()
      ended(now, now - begunAt)
    },
    takeRefused() {
      const count = refused
      refused = 0
      return count
    },
    refuse() {
      refused++
      pressedAt = clock()
      return faults[Math.floor(Math.random() * faults.length)] as Fault
    },
    get limit() {
      return limit
    },
  }
}

function countBytes(bytesMax: number): Pick<Overload, 'hold' | 'letGo'> {
  let bytesHeld = 0
  return {
    hold(bytes) {
      // Whatever one call brings is taken when it is alone.
      if (bytesHeld > 0 && bytesHeld + bytes > bytesMax) return false
      bytesHeld += bytes
      return true
    },
    letGo(bytes) {
      bytesHeld -= bytes
    },
  }
}
