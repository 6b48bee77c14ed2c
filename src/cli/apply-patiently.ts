import { setTimeout as sleep } from 'node:timers/promises'
import type { Applied, Command } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Store } from '../storage/store.ts'

/** How often a command is tried again while a server beside this keeps the store busy. */
const triesMax = 20

/** Applies a command, and tries again while the store cannot take it. */
export async function applyPatiently(
  store: Pick<Store, 'apply'>,
  id: WorkspaceId,
  command: Command,
): Promise<Applied> {
  for (let tries = 1; ; tries++) {
    try {
      return await store.apply(id, command)
    } catch (error) {
      const busy = error instanceof Fault && error.code === 'unavailable'
      if (!busy || tries >= triesMax) throw error
      await sleep((error.retryAfterSeconds ?? 1) * 1_000)
    }
  }
}
