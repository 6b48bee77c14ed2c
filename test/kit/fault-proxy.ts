import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** From the node to the database, or back. */
export type Direction = 'questions' | 'replies'

/** What is looked for in the bytes of a direction, and what is done when it comes by. */
export interface Trap {
  direction: Direction
  text: string
  /** Before the bytes go on: whether they do, or the connection is cut in their place. */
  spring(): 'pass' | 'cut'
}

/** The bytes that ask for a commit, and those that say it was done. */
export const commitAsked = { direction: 'questions', text: 'COMMIT\0' } as const
export const commitDone = { direction: 'replies', text: 'COMMIT\0' } as const

/** Both sockets of a connection that goes through. */
interface Line {
  node: Socket
  database: Socket
}

/**
 * Stands between a node and its database and lets the network fail. Nothing is wrong with it until
 * it is told; every fault goes for the connections there are and for those that come.
 */
export class FaultProxy {
  /** How long every piece is held up. */
  delayMs = 0
  /** How much may pass in a direction of a connection in a second. */
  bytesPerSecond = Number.POSITIVE_INFINITY
  /** Whether whoever connects is turned away. */
  refusing = false
  readonly #target: URL
  readonly #server: Server
  readonly #lines = new Set<Line>()
  readonly #traps = new Set<Trap>()
  readonly #held = new Set<Direction>()
  #released = Promise.withResolvers<void>()

  private constructor(target: URL) {
    this.#target = target
    this.#server = createServer({ allowHalfOpen: true }, (node) => this.#join(node))
  }

  /** Listens on a port of its own, in front of the server that a database's address names. */
  static async start(databaseUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(databaseUrl))
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  /** The same database, by way of here. */
  get url(): string {
    const url = new URL(this.#target)
    url.hostname = '127.0.0.1'
    url.port = String((this.#server.address() as AddressInfo).port)
    url.searchParams.delete('host')
    return url.href
  }

  /** Keeps back all bytes, and all news of an end: both sides believe that the other is there. */
  hold(...directions: Direction[]): void {
    for (const direction of directions) this.#held.add(direction)
  }

  /** Lets go of what was held, in its order, as a network does that is well again. */
  release(): void {
    this.#held.clear()
    this.#released.resolve()
    this.#released = Promise.withResolvers()
  }

  /** Resets every connection there is, on both sides. */
  reset(): void {
    for (const line of this.#lines) cut(line)
  }

  /** Sets a trap until the function it answers is called. */
  trap(trap: Trap): () => void {
    this.#traps.add(trap)
    return () => void this.#traps.delete(trap)
  }

  async close(): Promise<void> {
    this.#server.close()
    this.release()
    this.reset()
    await once(this.#server, 'close')
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #join(node: Socket): void {
    if (this.refusing) {
      node.on('error', () => {})
      node.resetAndDestroy()
      return
    }
    const database = connect({ ...placeOf(this.#target), allowHalfOpen: true })
    const line = { node, database }
    this.#lines.add(line)
    database.on('close', () => this.#lines.delete(line))
    this.#carry(line, node, database, 'questions')
    this.#carry(line, database, node, 'replies')
  }

  #carry(line: Line, from: Socket, to: Socket, direction: Direction): void {
    from.on('data', (chunk: Buffer) => {
      from.pause()
      void this.#pass(line, to, chunk, direction).then(() => from.resume())
    })
    from.on('end', () => void this.#open(direction).then(() => to.end()))
    from.on('error', () => {})
    from.on('close', (failed) => {
      void this.#open(direction).then(() => (failed ? cut(line) : to.end()))
    })
  }

  async #pass(line: Line, to: Socket, chunk: Buffer, direction: Direction): Promise<void> {
    if (this.delayMs > 0) await sleep(this.delayMs)
    if (this.bytesPerSecond < Number.POSITIVE_INFINITY) {
      await sleep((chunk.length / this.bytesPerSecond) * 1_000)
    }
    await this.#open(direction)
    for (const trap of this.#traps) {
      if (trap.direction !== direction || !chunk.includes(trap.text)) continue
      if (trap.spring() === 'cut') {
        cut(line)
        return
      }
    }
    if (!to.destroyed && !to.write(chunk)) await drained(to)
  }

  async #open(direction: Direction): Promise<void> {
    while (this.#held.has(direction)) await this.#released.promise
  }
}

function cut({ node, database }: Line): void {
  node.resetAndDestroy()
  database.destroy()
}

/** Or closed: then there is nothing to wait for either. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}

/** A folder with a socket in it, or a host and a port, as addresses of databases have them. */
function placeOf(url: URL): { path: string } | { host: string; port: number } {
  const port = url.port || '5432'
  const folder = url.searchParams.get('host')
  if (folder?.startsWith('/')) return { path: `${folder}/.s.PGSQL.${port}` }
  return { host: folder ?? url.hostname, port: Number(port) }
}
