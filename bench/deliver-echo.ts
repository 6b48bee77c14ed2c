import type { NewWorkspace } from '../test/kit/new-workspace.ts'
import { startEcho } from './bench-server.ts'
import { load } from './deliver-load.ts'

export interface AgainstEcho {
  /** Writes of people a second, each a median of the rounds. */
  roster: number
  echo: number
  ratio: number
}

/**
 * Writes of people at full speed, of which every tenth has a webhook, against a bare server that
 * answers the same: in turn, round by round, so that a slow minute hits both.
 */
export async function againstEcho(
  url: string,
  world: NewWorkspace,
  { connections, seconds, rounds }: { connections: number; seconds: number; rounds: number },
): Promise<AgainstEcho> {
  const response = await fetch(`${url}/v4/events/user/update`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.tokens.copernica?.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ email: 'first@example.org' }),
  })
  const type = response.headers.get('content-type')
  const headers = type === null ? {} : { 'content-type': type }
  const echo = await startEcho([{ status: response.status, headers, body: await response.text() }])
  try {
    const pairs: { roster: number; echo: number }[] = []
    for (let round = 0; round <= rounds; round++) {
      const options = { connections, seconds: round === 0 ? 1 : seconds }
      const pair = {
        roster: await load(url, world, options),
        echo: await load(echo.url, world, options),
      }
      // The first warms both.
      if (round > 0) pairs.push(pair)
    }
    const middle = (numbers: number[]) => numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0
    const ratio = middle(pairs.map(({ roster, echo: bare }) => roster / bare))
    return {
      roster: middle(pairs.map(({ roster }) => roster)),
      echo: middle(pairs.map(({ echo: bare }) => bare)),
      ratio: Math.round(ratio * 100) / 100,
    }
  } finally {
    echo.stop()
  }
}
