import type { Socket } from 'node:net'
import { type Connection, connectionOf } from './connection.ts'
import { isHealthPath } from './health.ts'
import { type Asked, readAsked, refuseEarly } from './refuse-early.ts'
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
  /** A connection was accepted: of those there is one in each turn of the loop, and no more. */
  accepted(): void
  /** A call was parsed as it came; true where this turn of the loop has gone on for too long. */
  parsed(): boolean
}

/**
 * What is served has as much of the time as everything else, refusing above all, or the store would
 * wait for calls while others are refused; but no longer than this at a time.
 */
const sliceMs = { min: 4, max: 12 }
/** Between two looks at the sockets no more calls are handed on. */
const sliceCalls = 128
/** Before so many calls a turn of the loop is not called long, whatever else has made it so. */
const parsedMin = 32
/**
 * So long connections are taken, one after the other, before the next slice: among them are those
 * who ask for health. It counts as else, so that those who are served lose no time of theirs.
 */
const acceptMs = 8

export function makeLine(): Line {
  const lanes: Lane[] = []
  let isServing = false
  let isNewcomer = false
  /** Calls that were parsed as they came in this turn of the loop, and since when. */
  let parsed = 0
  let parsedSince = 0
  /** When the last slice ended, or the line began. */
  let endedAt = 0

  /** Each call has a step of its own: what it does on the next tick is done before the next. */
  function serveSlice(): void {
    let step = 0
    let until = 0
    const next = () => {
      const now = performance.now()
      if (step === 0) until = now + Math.min(Math.max(sliceMs.min, now - endedAt), sliceMs.max)
      if (step === 0 || now < until) lanes.shift()?.parseWaiting()
      if (++step === sliceCalls) afterSlice()
    }
    for (let n = 0; n < sliceCalls; n++) setImmediate(next)
  }

  function afterSlice(): void {
    endedAt = performance.now()
    isServing = lanes.length > 0
    if (isServing) takeNewcomers()
  }

  function takeNewcomers(): void {
    if (isNewcomer && performance.now() - endedAt < acceptMs) {
      isNewcomer = false
      setImmediate(takeNewcomers)
    } else serveSlice()
  }

  return {
    add(lane) {
      lanes.push(lane)
      if (isServing) return
      isServing = true
      endedAt = performance.now()
      serveSlice()
    },
    accepted() {
      isNewcomer = true
    },
    parsed() {
      if (parsed++ === 0) {
        parsedSince = performance.now()
        setImmediate(() => {
          parsed = 0
        })
      }
      return parsed > parsedMin && performance.now() - parsedSince > sliceMs.max
    },
  }
}

/**
 * Told of each call on a connection where it is parsed as it comes. When very many come at once
 * those who are to be refused would wait behind all that are not, so the rest is put in line.
 */
export function parsedUnseen(shell: Shell, connection: Connection, socket: Socket): void {
  if (!shell.line.parsed() || shell.overload.isPressed()) return
  shell.overload.press()
  watchArrivals(shell, connection, socket)
}

/** So many connections begin to be watched in one go; and how often others are looked for. */
const sweepMax = 1_000
const sweepMs = 1_000

/** Begins to look at what arrives, here and on all other connections. */
export function watchArrivals(shell: Shell, connection: Connection, socket: Socket): void {
  if (!connection.watched) setImmediate(() => watch(shell, socket, false))
  const now = performance.now()
  if (now - shell.sweptAt < sweepMs) return
  shell.sweptAt = now
  for (const [server, sockets] of shell.openSockets) sweep(shell, server, [...sockets])
}

/** The first at once: for many of them something has arrived by now. */
function sweep(shell: Shell, server: object, sockets: Socket[]): void {
  const idle = idleParsers(server)
  for (const socket of sockets.splice(0, sweepMax)) {
    const { parser } = socket as { parser?: unknown }
    if (socket.bytesRead === 0 || idle.has(parser)) watch(shell, socket, true)
    // While a parser calls out it must not be taken off its socket.
    else setImmediate(() => watch(shell, socket, false))
  }
  if (sockets.length > 0) setImmediate(() => sweep(shell, server, sockets))
}

/**
 * The parsers that stand between two requests, as Node keeps count of them for its own time limits.
 * Another Node might not tell: then the first call on each connection is refused the usual way.
 */
function idleParsers(server: object): Set<unknown> {
  const symbols = Object.getOwnPropertySymbols(server)
  const name = symbols.find(({ description }) => description === 'http.server.connections')
  const connections = name && (server as { [name: symbol]: { idle?(): unknown[] } })[name]
  return new Set(connections?.idle?.())
}

/** Looks at a new connection from its first byte on, where calls are being refused. */
export function watchNewcomer(shell: Shell, socket: Socket): void {
  shell.line.accepted()
  if (shell.overload.isPressed()) watch(shell, socket, false)
}

/** `isIdle` tells that the parser is known to stand between two requests. */
function watch(shell: Shell, socket: Socket, isIdle: boolean): void {
  const connection = connectionOf(socket, shell.isTrusted)
  const [parse, ...others] = socket.listeners('data') as ((chunk: Buffer) => void)[]
  // Another Node might read in another way.
  if (connection.watched || !parse || others.length > 0 || socket.destroyed) return
  connection.watched = true
  socket.off('data', parse)
  const lane = new Lane(shell, connection, socket, parse, isIdle)
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
  /** Whether what comes next is the beginning of a request. */
  #atStart: boolean
  /** Bytes still to come of a request that the parser was given, where that is known. */
  #toCome = 0
  /** Bytes still to come of the body of a call that was refused. */
  #refusedBytes = 0
  /** A call that is to be served, and whatever came after it. */
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #waitingSince = 0
  #asked: Asked | null = null

  constructor(
    shell: Shell,
    connection: Connection,
    socket: Socket,
    parse: (chunk: Buffer) => void,
    isIdle: boolean,
  ) {
    this.#shell = shell
    this.#connection = connection
    this.#socket = socket
    this.#parse = parse
    this.#unparsed = socket.bytesRead === 0
    this.#atStart = this.#unparsed || isIdle
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
    this.#giveToParser(Buffer.concat(chunks), this.#asked)
    this.#connection.admittedAt = null
  }

  #look(chunk: Buffer): void {
    const { overload, line } = this.#shell
    const isPressed = overload.isPressed() || !overload.isCalm()
    const asked = isPressed ? readAsked(this.#shell, this.#connection, chunk) : null
    if (asked === null || isHealthPath(asked.head.path) || !this.#atStart || !this.#isFree()) {
      this.#giveToParser(chunk, asked)
    } else if (refuseEarly(this.#shell, this.#socket, asked)) {
      this.#refusedBytes = asked.length - chunk.length
      this.#afterRefusal(asked.closes)
    } else {
      overload.enterLine()
      this.#connection.waiting = true
      this.#waiting = [chunk]
      this.#waitingBytes = chunk.length
      this.#waitingSince = performance.now()
      this.#asked = asked
      line.add(this)
    }
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

  #giveToParser(chunk: Buffer, asked: Asked | null): void {
    const connection = this.#connection
    const { requestCount } = connection
    this.#unparsed = false
    connection.unparsed = false
    this.#parse.call(this.#socket, chunk)
    this.#toCome = (asked?.length ?? this.#toCome) - chunk.length
    // It was one request and not the end of another, so the parser stands where one may begin.
    this.#atStart =
      this.#toCome === 0 &&
      connection.requestCount === requestCount + (asked === null ? 0 : 1) &&
      connection.newest?.req.complete === true
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
