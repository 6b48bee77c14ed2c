import type { Socket } from 'node:net'
import { type Connection, connectionOf } from './connection.ts'
import { isHealthPath } from './health.ts'
import { readAsked, refuseEarly } from './refuse-early.ts'
import type { Shell } from './shell.ts'

/*
 * While calls are refused, what arrives is looked at before Node's parser sees it. What is to be
 * refused is refused at once; what is to be served waits in line, and the line is worked through in
 * short slices with a look at the sockets between any two. So nobody who is refused waits for more
 * than one slice of other people's calls, however many come in one turn of the event loop. On
 * connections where nobody was refused nothing is done, and nothing is paid.
 */

/** Calls that are to be served, in the order they came in. */
export interface Line {
  add(lane: Lane): void
}

/** One call takes a fifth to a third of a millisecond, so some are done in one slice. */
const sliceMs = 4

export function makeLine(): Line {
  const lanes: Lane[] = []
  /** Taking the first out of an array would move all others. */
  let served = 0
  const serve = () => {
    const until = performance.now() + sliceMs
    while (served < lanes.length) {
      lanes[served++]?.parseWaiting()
      if (performance.now() >= until) break
    }
    if (served < lanes.length) return void setImmediate(serve)
    lanes.length = 0
    served = 0
  }
  return {
    add(lane) {
      if (lanes.push(lane) === 1) setImmediate(serve)
    },
  }
}

/** So many connections begin to be watched in one turn; and how often others are looked for. */
const sweepMax = 250
const sweepMs = 1_000

/** Begins to look at what arrives, here and on all other connections: a call was refused. */
export function watchArrivals(shell: Shell, connection: Connection, socket: Socket): void {
  // While the parser calls out it must not be taken off the socket.
  if (!connection.watched) setImmediate(() => watch(shell, socket))
  const now = performance.now()
  if (now - shell.sweptAt < sweepMs) return
  shell.sweptAt = now
  const all = shell.openSockets.flatMap((sockets) => [...sockets])
  const sweep = () => {
    for (const each of all.splice(0, sweepMax)) watch(shell, each)
    if (all.length > 0) setImmediate(sweep)
  }
  setImmediate(sweep)
}

/** Looks at a new connection from its first byte on, where calls are being refused. */
export function watchNewcomer(shell: Shell, socket: Socket): void {
  if (shell.overload.isPressed()) watch(shell, socket)
}

function watch(shell: Shell, socket: Socket): void {
  const connection = connectionOf(socket, shell.isTrusted)
  const [parse, ...others] = socket.listeners('data') as ((chunk: Buffer) => void)[]
  // Another Node might read in another way.
  if (connection.watched || !parse || others.length > 0 || socket.destroyed) return
  connection.watched = true
  socket.off('data', parse)
  const lane = new Lane(shell, connection, socket, parse)
  socket.on('data', (chunk: Buffer) => lane.arrive(chunk))
  // Whoever says that nothing more comes still gets an answer to what came.
  socket.prependListener('end', () => lane.parseWaiting())
}

/** What waits on one connection is parsed at once where it is more than this. */
const waitingBytesMax = 65_536
/** How long the other side may take to read a last answer before the connection is cut. */
const lingerMs = 1_000

/** A connection on which what arrives is looked at. */
class Lane {
  readonly #shell: Shell
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #parse: (chunk: Buffer) => void
  /** Node's parser has seen nothing of it yet. */
  #unparsed: boolean
  /** Bytes still to come of the body of a call that was refused. */
  #refusedBytes = 0
  /** A call that is to be served, and whatever came after it. */
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #waitingSince = 0

  constructor(
    shell: Shell,
    connection: Connection,
    socket: Socket,
    parse: (chunk: Buffer) => void,
  ) {
    this.#shell = shell
    this.#connection = connection
    this.#socket = socket
    this.#parse = parse
    this.#unparsed = socket.bytesRead === 0
  }

  arrive(chunk: Buffer): void {
    if (this.#waiting.length > 0) this.#waitOn(chunk)
    else if (this.#refusedBytes === 0) this.#look(chunk)
    else {
      const passed = Math.min(this.#refusedBytes, chunk.length)
      this.#refusedBytes -= passed
      if (passed < chunk.length) this.#look(chunk.subarray(passed))
    }
  }

  /** Gives what waits to Node's parser, and so to whoever serves it. */
  parseWaiting(): void {
    const chunks = this.#waiting
    if (chunks.length === 0) return
    this.#waiting = []
    this.#connection.waiting = false
    this.#shell.overload.leaveLine()
    if (this.#socket.destroyed) return
    this.#connection.admittedAt = this.#waitingSince
    this.#giveToParser(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))
    this.#connection.admittedAt = null
  }

  #look(chunk: Buffer): void {
    const isCalm = this.#shell.overload.isCalm()
    const asked =
      !isCalm && this.#isBetween() && this.#isFree()
        ? readAsked(this.#shell, this.#connection, chunk)
        : null
    if (asked === null || isHealthPath(asked.head.path)) this.#giveToParser(chunk)
    else if (refuseEarly(this.#shell, this.#socket, asked)) {
      this.#refusedBytes = asked.length - chunk.length
      this.#afterRefusal(asked.closes)
    } else {
      this.#shell.overload.enterLine()
      this.#connection.waiting = true
      this.#waiting = [chunk]
      this.#waitingBytes = chunk.length
      this.#waitingSince = performance.now()
      this.#shell.line.add(this)
    }
  }

  /** Whether what comes next is the beginning of a request; another Node might not say. */
  #isBetween(): boolean {
    const { parser } = this.#socket as { parser?: { duration?(): number } | null }
    return this.#unparsed || parser?.duration?.() === 0
  }

  /** Whether every answer has gone out and been read, so that the next may be written at once. */
  #isFree(): boolean {
    const { newest, closing, broken, reading } = this.#connection
    if (this.#shell.draining || closing || broken || reading) return false
    if (newest !== null && !newest.writableFinished) return false
    return this.#socket.writableLength === 0 && this.#socket.writable
  }

  #waitOn(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes > waitingBytesMax) this.parseWaiting()
  }

  #giveToParser(chunk: Buffer): void {
    this.#unparsed = false
    this.#connection.unparsed = false
    this.#parse.call(this.#socket, chunk)
  }

  #afterRefusal(closes: boolean): void {
    const socket = this.#socket
    if (closes) {
      this.#connection.closing = true
      setTimeout(() => socket.destroy(), lingerMs).unref()
    } else if (this.#unparsed && !this.#connection.unparsed) {
      // Node counts this from its own first answer.
      this.#connection.unparsed = true
      socket.setTimeout(this.#shell.config.keepAliveTimeoutMs)
    }
  }
}
