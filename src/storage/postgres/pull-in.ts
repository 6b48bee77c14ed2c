import { clockSkewMs, leaseMsMax, longestWaitMs } from '../../core/schedule.ts'
import type { Row } from '../rows.ts'
import { type Busy, keysOf } from './busy-destination.ts'
import type { Statement } from './transaction.ts'

/** How often it is looked, where what waits is all ahead. */
const lookMs = 10_000

/** What nobody has tried was due when it was planned; what was tried, no later than `longest`. */
export const pullInDeliveries: Statement = {
  name: 'pull_in_deliveries',
  text: `
    UPDATE deliveries d
    SET wake_at = CASE d.state WHEN 'claimed' THEN $6::bigint ELSE $4::bigint END
    FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS asked (workspace_id, name, longest)
    WHERE d.workspace_id = asked.workspace_id AND d.destination = asked.name
      AND d.wake_at > $5::bigint
      AND (d.state = 'claimed' AND d.wake_at > $6
        OR d.state = 'pending' AND (d.reason IS NULL OR d.wake_at > asked.longest))
    RETURNING 1`,
}

/** Takes back times from before the clock was set back: nothing waits for it to get there again. */
export class PullIn {
  #lookAt = 0

  /** Whether anything was changed. */
  async look(
    ask: (statement: Statement, values: unknown[]) => Promise<Row[]>,
    busy: readonly Busy[],
    now: number,
  ): Promise<boolean> {
    const ahead = now + clockSkewMs
    const far = busy.filter(
      ({ load }) => (load.dueAt ?? 0) > ahead || (load.leaseEndsAt ?? 0) > now + leaseMsMax,
    )
    if (far.length === 0 || performance.now() < this.#lookAt) return false
    this.#lookAt = performance.now() + lookMs
    const longest = far.map(({ destination }) =>
      Math.round(now + (destination ? longestWaitMs(destination.retry) : 0)),
    )
    const values = [...keysOf(far), longest, now, ahead, now + leaseMsMax]
    return (await ask(pullInDeliveries, values)).length > 0
  }
}
