import autocannon from 'autocannon'
import type { NewWorkspace } from '../test/kit/new-workspace.ts'

/** Writes of people at full speed; answers how many were taken in a second. */
export async function load(
  url: string,
  { tokens }: NewWorkspace,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<number> {
  const requests = Array.from({ length: 1_000 }, (_, n) => ({
    method: 'POST' as const,
    path: '/v4/events/user/update',
    headers: {
      authorization: `Bearer ${tokens.copernica?.token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      email: `u${n}@example.org`,
      plan: `p${Math.random()}`,
      tenth: n % 10,
    }),
  }))
  const result = await autocannon({ url, connections, duration: seconds, requests })
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${result.non2xx} were refused, ${result.errors} had no answer.`)
  }
  return Math.round(result.requests.average)
}
