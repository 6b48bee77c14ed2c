import { setTimeout as sleep } from 'node:timers/promises'
import type { Command, Outcome } from '../core/command.ts'
import { Fault } from '../core/errors.ts'
import type { WorkspaceId } from '../core/profile.ts'
import type { Store } from '../storage/store.ts'

/** How often commands are tried again while a server beside this keeps the store busy. */
const triesMax = 20

/**
 * Applies commands in the order they come, batch after batch, and tries again while the store
 * cannot take them. Several batches may be under way.
 */
export class PatientApplier {
  readonly #store: Pick<Store, 'applyAll'>
  readonly #workspaceId: WorkspaceId
  #last: Promise<unknown> = Promise.resolve()
  #trying = 0

  constructor(store: Pick<Store, 'applyAll'>, workspaceId: WorkspaceId) {
    this.#store = store
    this.#workspaceId = workspaceId
  }

  /** What became of each; `unavailable` where the store could not take it for a long time. */
  applyAll(commands: readonly Command[]): Promise<(Outcome | Fault)[]> {
    const before = this.#last
    const apply = () => this.#store.applyAll(this.#workspaceId, commands)
    // One that is tried again is behind those that came before it, so others wait for it.
    const first = this.#trying === 0 ? apply() : before.then(apply)
    const outcomes = this.#untilTaken(commands, first, before)
    this.#last = outcomes.catch(() => {})
    return outcomes
  }

  async #untilTaken(
    commands: readonly Command[],
    first: Promise<(Outcome | Fault)[]>,
    before: Promise<unknown>,
  ): Promise<(Outcome | Fault)[]> {
    let outcomes = await first
    if (!outcomes.some(isBusy)) return outcomes
    this.#trying += 1
    await before
    for (let tries = 1; tries < triesMax && outcomes.some(isBusy); tries++) {
      const at = outcomes.findIndex(isBusy)
      await sleep(((outcomes[at] as Fault).retryAfterSeconds ?? 1) * 1_000)
      const rest = await this.#store.applyAll(this.#workspaceId, commands.slice(at))
      outcomes = [...outcomes.slice(0, at), ...rest]
    }
    this.#trying -= 1
    return outcomes
  }
}

function isBusy(outcome: Outcome | Fault): boolean {
  return outcome instanceof Fault && outcome.code === 'unavailable'
}
