import type { Server } from 'node:net'

/**
 * So many connections may wait in the system's own queue until they are taken, as where very many
 * clients start at once.
 */
export const backlogMax = 1_024
/**
 * While calls are refused it is fewer: who stands at the end of a full queue waits for longer than
 * it takes to knock again, which the system has the others do after a second.
 */
export const backlogPressed = 256

/**
 * Makes the queue of a server that listens so long; what waits in it already stays. Node itself
 * only takes the length when it begins to listen, the system at any time.
 */
export function setBacklog(server: Server, length: number): void {
  const { _handle: handle } = server as { _handle?: { listen?(backlog: number): number } | null }
  // Another Node might not have it.
  if (server.listening) handle?.listen?.(length)
}
