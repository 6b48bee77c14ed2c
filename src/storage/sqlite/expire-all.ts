import { ownExpiries, type Workspace } from '../../core/workspace.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import type { CommitQueue } from './commit-queue.ts'

/** Step after step, by the server's time first and then by those that workspaces have. */
export async function expireAll(
  queue: CommitQueue,
  workspaces: readonly Workspace[],
  before: ExpireBefore,
): Promise<Expired> {
  const expired: Expired = { events: 0, idempotency: 0, runs: 0, ruleCounts: 0, deliveries: 0 }
  const kinds = Object.keys(expired) as (keyof Expired)[]
  for (;;) {
    const some = await queue.expireSome(before)
    if (kinds.every((kind) => some[kind] === 0)) break
    for (const kind of kinds) expired[kind] += some[kind]
  }
  for (const own of ownExpiries(workspaces, before.now, before.events)) {
    for (let from: number | null = 0; from !== null; ) {
      const step = await queue.expireOwn({ ...own, from })
      for (const kind of kinds) expired[kind] += step.expired[kind] ?? 0
      from = step.next
    }
  }
  return expired
}
