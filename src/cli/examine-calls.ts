import type { Config } from '../config/load-config.ts'
import type { Finding } from '../storage/maintain-store.ts'
import { serverUrl } from './examine-port.ts'

/** The metric of a running server that counts them. */
const unservedCalls = 'roster_unserved_calls_total'
const answerMsMax = 2_000
const shownMax = 10

/**
 * What clients ask the running server for that it does not serve.
 */
export async function examineCalls({ host, port }: Config): Promise<Finding[]> {
  const name = 'calls'
  const text = port === 0 ? null : await readMetrics(serverUrl(host, port))
  if (text === null) {
    const detail = 'no server is running there, which would tell of calls that are not served'
    return [{ name, state: 'ok', detail }]
  }
  const missed = readMissed(text)
  if (missed.length === 0) {
    return [{ name, state: 'ok', detail: 'every call since the start is one that is served' }]
  }
  const shown = missed
    .slice(0, shownMax)
    .map(({ dialect, method, path, count }) => `${dialect} ${method} ${path} (${count})`)
  const more = missed.length - shown.length
  const rest = more > 0 ? `, and ${more} more kinds` : ''
  return [
    {
      name,
      state: 'warn',
      detail: `asked for since the start and not served: ${shown.join(', ')}${rest}`,
      remedy:
        'The pages in docs/compatibility/ tell what each dialect serves, and why not the rest.',
    },
  ]
}

async function readMetrics(url: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(answerMsMax) })
    return answer.status === 200 ? await answer.text() : null
  } catch {
    return null
  }
}

interface Missed {
  dialect: string
  method: string
  path: string
  count: number
}

/** The most frequent first. */
function readMissed(text: string): Missed[] {
  const line = new RegExp(
    `^${unservedCalls}\\{dialect="([^"]*)",method="([^"]*)",path="([^"]*)"\\} (\\d+)$`,
    'gm',
  )
  const found = [...text.matchAll(line)].map(
    ([, dialect = '', method = '', path = '', count = '0']) => ({
      ...{ dialect, method, path },
      count: Number(count),
    }),
  )
  return found.sort((a, b) => b.count - a.count)
}
