import type { Finding } from '../storage/maintain-store.ts'

/** Calls shown in one finding. */
const shownMax = 20
const line =
  /^roster_unknown_calls_total\{dialect="([^"]*)",method="([^"]*)",path="([^"]*)"\} (\d+)$/gm

/** Which calls of vendors were tried at a running server and are not there, by its metrics. */
export function examineCalls(metrics: string): Finding {
  const name = 'vendor calls'
  const calls = [...metrics.matchAll(line)]
    .map(([, dialect = '', method = '', path = '', count]) => {
      return { text: `${method} ${path} (${dialect}, ${count} times)`, count: Number(count) }
    })
    .sort((a, b) => b.count - a.count)
  if (calls.length === 0) {
    return { name, state: 'ok', detail: 'every call since the server started is one Roster has' }
  }
  const shown = calls.slice(0, shownMax).map(({ text }) => text)
  const more = calls.length > shownMax ? [`${calls.length - shownMax} more`] : []
  return {
    name,
    state: 'warn',
    detail: `tried, and not there: ${[...shown, ...more].join('; ')}`,
    remedy: 'docs/compatibility says what is supported. Check the address, or ask for the call.',
  }
}
