import type { Preview } from '../core/preview.ts'
import type { Rule } from '../core/rule.ts'
import { runId } from '../core/run.ts'
import type { ReplayPart } from './replay-rule.ts'

/** A part of a replay, as the API and the command line show it. */
export function shownReplay({ name, version }: Rule, { looked, begun, passedOver }: ReplayPart) {
  return {
    rule: name,
    version,
    looked_at: looked,
    begun: begun.length,
    passed_over: Object.fromEntries([...passedOver].sort(([, a], [, b]) => b - a)),
    runs: begun.map(({ event: { id, type, receivedAt, subject }, preview }) => ({
      run: runId({ event: id, rule: name }),
      event_id: id,
      type,
      received_at: new Date(receivedAt).toISOString(),
      profile_id: subject,
      ...(preview && { would: wouldDo(preview) }),
    })),
  }
}

function wouldDo({ runs, events, deliveries }: Preview) {
  const put = runs.find((write) => write.kind === 'put')
  const run = put?.kind === 'put' ? put.run : null
  return {
    state: run?.state ?? 'done',
    ...(run?.dueAt != null && { until: new Date(run.dueAt).toISOString() }),
    events: events.map(({ type }) => type),
    deliveries: deliveries.map(({ destination }) => destination),
  }
}
