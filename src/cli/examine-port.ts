import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Config } from '../config/load-config.ts'
import type { Finding } from '../storage/maintain-store.ts'

const answerMsMax = 2_000

/** Whether a Roster answers at the configured address or, when nobody does, one could listen. */
export async function examinePort({ host, port }: Config): Promise<Finding> {
  const name = 'address'
  if (port === 0) return { name, state: 'ok', detail: `any free port of ${host}` }
  const failure = await tryToListen(host, port)
  if (failure === null) {
    return { name, state: 'ok', detail: `${host}:${port} is free; no server is running there` }
  }
  if (failure === 'EADDRINUSE') return examineServer(host, port)
  const remedy = 'Set ROSTER_HOST and ROSTER_PORT to an address of this machine that you may use.'
  return {
    name,
    state: 'fail',
    detail: `${host}:${port} cannot be listened on: ${failure}`,
    remedy,
  }
}

async function examineServer(host: string, port: number): Promise<Finding> {
  const name = 'address'
  const url = serverUrl(host, port)
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMsMax) })
    const body = await answer.text()
    if (answer.status === 200) return { name, state: 'ok', detail: `a server is ready at ${url}` }
    if (answer.status === 503) {
      const remedy = 'A server runs and takes no writes; the reason it gives, or its log, says why.'
      return {
        name,
        state: 'fail',
        detail: `${url}/readyz answers 503: ${body.slice(0, 300)}`,
        remedy,
      }
    }
    return foreign(url, `answers ${answer.status} at /readyz`)
  } catch (error) {
    return foreign(url, error instanceof Error ? error.message : String(error))
  }
}

/** A server that listens on every interface is asked on this machine's own. */
export function serverUrl(host: string, port: number): string {
  const asked = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${asked.includes(':') ? `[${asked}]` : asked}:${port}`
}

function foreign(url: string, what: string): Finding {
  return {
    name: 'address',
    state: 'fail',
    detail: `${url} is in use, but not by a Roster that answers (${what})`,
    remedy: 'Stop what uses the port, or set ROSTER_PORT to another.',
  }
}

/** null when it worked; else the error's code. */
async function tryToListen(host: string, port: number): Promise<string | null> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    server.close()
  }
}
