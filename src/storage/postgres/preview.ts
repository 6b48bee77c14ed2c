import type pg from 'pg'
import type { Command } from '../../core/command.ts'
import { type Decide, settle } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Preview, previewOf } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Row } from '../rows.ts'
import { type ConfigCache, unknownWorkspace, type WorkspaceConfig } from './config-cache.ts'
import { decideOne } from './decide-one.ts'
import { isCollision, storageFault } from './faults.ts'
import { KnownLoader, LockedElsewhere } from './known-loader.ts'
import type { NameCache } from './name-cache.ts'
import { foreseenNeeds, NeedSet } from './needs.ts'
import * as sql from './statements.ts'
import { answerMs, type Transaction, transact } from './transaction.ts'

interface PreviewerOptions {
  pool: pg.Pool
  decide: Decide
  configs: ConfigCache
  names: NameCache
  clock: () => number
}

/** Decides commands as the group writer does, each in a transaction that is rolled back. */
export class Previewer {
  readonly #options: PreviewerOptions

  constructor(options: PreviewerOptions) {
    this.#options = options
  }

  async preview(workspaceId: WorkspaceId, command: Command): Promise<Preview> {
    const { pool, configs } = this.#options
    const needs = new NeedSet()
    needs.add(foreseenNeeds(command))
    const deadline = performance.now() + answerMs
    for (let round = 0; round <= limits.decideRoundsMax; round++) {
      try {
        const config = await configs.get(workspaceId)
        return await transact(pool, deadline, (transaction) =>
          this.#attempt(transaction, workspaceId, command, needs, config),
        )
      } catch (error) {
        if (error instanceof LockedElsewhere) needs.add(error.needs)
        else if (!isCollision(error)) throw storageFault(error)
      }
    }
    throw new Fault('unavailable', { retryAfterSeconds: 1 })
  }

  async #attempt(
    transaction: Transaction,
    workspaceId: WorkspaceId,
    command: Command,
    needs: NeedSet,
    config: WorkspaceConfig,
  ): Promise<Preview> {
    const { decide, names, clock } = this.#options
    transaction.discard()
    const dated = command.occurredAt !== undefined
    const loader = new KnownLoader({ transaction, workspaceId, names, dated, commandCount: 1 })
    await loader.lock(needs)
    const verdict = await decideOne(decide, loader, command, { ...config, now: clock() })
    if (verdict instanceof Fault) throw verdict
    const { rows } = await transaction.query<Row>(sql.selectLastIds, [workspaceId])
    if (!rows[0]) throw unknownWorkspace()
    settle(verdict, {
      event: rows[0].last_event as number,
      profile: rows[0].last_profile as number,
      delivery: rows[0].last_delivery as number,
    })
    return previewOf(verdict)
  }
}
