import type { Server as HttpServer } from 'node:http'
import { Server as TlsServer } from 'node:https'
import { Server, type Socket } from 'node:net'
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { connectionOf } from './connection.ts'
import type { Shell } from './shell.ts'

export type OpenSockets = ReadonlySet<Socket>

/**
 * How long a server on its way out still takes connections, so that what was sent to it arrives.
 */
const lastCallMs = 100
/** How long whoever waits to be let in then is let in still. */
const backlogMs = 50
/** How long a connection that has not said a word yet may still ask for something. */
const firstWordMs = 500

/** The connections of a server that are open now; `onNew` is told of each. */
export function trackSockets(
  server: HttpServer | TlsServer,
  onNew: (socket: Socket) => void,
): OpenSockets {
  const sockets = new Set<Socket>()
  // What TLS is spoken on knows nothing of requests.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    onNew(socket)
  })
  return sockets
}

/**
 * Ends a server without losing a request it has taken. While `shell.draining` is set every answer
 * closes its connection, so busy connections end by themselves; those with nothing under way are
 * closed here (the new ones after a moment), and those that take longer than allowed are cut.
 */
export async function drain(
  shell: Shell,
  server: HttpServer | TlsServer,
  sockets: OpenSockets,
): Promise<void> {
  const { drainTimeoutMs } = shell.config
  const startedAt = performance.now()
  await wait(Math.min(lastCallMs, drainTimeoutMs))
  await emptyBacklog(server)
  // Not the HTTP server's own `close`: that stops watching for slow requests, and cuts connections
  // whose last answer has not left yet.
  const ended = new Promise<void>((resolve) => {
    Server.prototype.close.call(server, () => resolve())
  })
  const firstWord = setTimeout(
    () => {
      for (const socket of sockets) if (isIdle(socket)) socket.destroySoon()
    },
    Math.min(firstWordMs, drainTimeoutMs),
  )
  for (const socket of sockets) if (isIdle(socket) && hasAsked(socket)) socket.destroySoon()
  const timer = setTimeout(
    () => cut(shell, sockets),
    Math.max(0, drainTimeoutMs - (performance.now() - startedAt)),
  )
  await ended
  clearTimeout(firstWord)
  clearTimeout(timer)
}

/**
 * Takes in those who are at the door: the system resets whom it closes on, their request and all.
 * A turn of the event loop takes in one of them.
 */
async function emptyBacklog(server: HttpServer | TlsServer): Promise<void> {
  const until = performance.now() + backlogMs
  let came = true
  const note = () => {
    came = true
  }
  server.on('connection', note)
  while (came && performance.now() < until) {
    came = false
    await turn()
  }
  server.off('connection', note)
}

function isIdle(socket: Socket): boolean {
  const { newest, waiting } = connectionOf(socket)
  return !waiting && (newest === null || newest.writableFinished)
}

function hasAsked(socket: Socket): boolean {
  return connectionOf(socket).newest !== null
}

function cut(shell: Shell, sockets: OpenSockets): void {
  shell.logger.warn({ connections: sockets.size }, 'drain took too long, connections are cut')
  for (const socket of sockets) socket.destroy()
}
