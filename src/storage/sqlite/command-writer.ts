import type { DatabaseSync } from 'node:sqlite'
import type { Applied, Command, Outcome } from '../../core/command.ts'
import { type Decide, type Decided, settle, settleRecords } from '../../core/decision.ts'
import { Fault } from '../../core/errors.ts'
import { emptyKnown, likelyNeeds } from '../../core/known.ts'
import { limits } from '../../core/limits.ts'
import { type Preview, previewOf } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { DecidedWriter } from './decided-writer.ts'
import { deliveryTables } from './delivery-writes.ts'
import type { Foreseen, Stretch } from './foresee.ts'
import { IdempotencyTable } from './idempotency-table.ts'
import { KnownLoader } from './known-loader.ts'
import { NewcomerWriter } from './newcomer-writer.ts'
import { RecordWriter } from './record-writer.ts'
import { RowSizes } from './row-size.ts'
import { RunWriter } from './run-writer.ts'
import { SideWriter } from './side-writer.ts'
import { WorkspaceStates } from './workspace-state.ts'

export interface Waiting {
  workspaceId: WorkspaceId
  command: Command
}

/** What was foreseen for whom, when, and with which attributes that people are found by. */
export interface Ahead {
  workspaceId: WorkspaceId
  now: number
  indexed: readonly string[]
}

/** Rows that were foreseen and are written at once. */
const stretchMax = 256

const created: Outcome = { foundBy: 'created', eventCount: 1 }

/** What became of a command, with the profile as JSON text where it was written. */
export type Result = { applied: Applied; profileText: string | null } | { fault: Fault }

/**
 * Decides and writes commands on one open connection, inside the transactions of whoever owns it.
 * What it remembers between them is true as long as nobody else commits; see `forget`.
 */
export class CommandWriter {
  readonly deliveries: ReturnType<typeof deliveryTables>
  readonly #decide: Decide
  readonly #loader: KnownLoader
  readonly #writer: DecidedWriter
  readonly #runs: RunWriter
  readonly #side: SideWriter
  readonly #records: RecordWriter
  readonly #states: WorkspaceStates
  readonly #idempotency: IdempotencyTable
  readonly #newcomers: NewcomerWriter
  /** How many rows that were foreseen are tried at once: few, where few of them hold. */
  #stretch = stretchMax

  constructor(db: DatabaseSync, decide: Decide) {
    const sizes = new RowSizes()
    this.#decide = decide
    this.#states = new WorkspaceStates(db)
    this.deliveries = deliveryTables(db, this.#states)
    this.#loader = new KnownLoader(db, sizes)
    this.#writer = new DecidedWriter(db, sizes)
    this.#runs = new RunWriter(db)
    this.#side = new SideWriter(db)
    this.#records = new RecordWriter(db, this.deliveries.subscriptions)
    this.#idempotency = new IdempotencyTable(db)
    this.#newcomers = new NewcomerWriter(db, { side: this.#side, states: this.#states })
  }

  /** One command that is refused is refused alone; `flush` writes the last of what it did. */
  apply({ workspaceId, command }: Waiting, now: number): Result {
    try {
      const earlier = this.#idempotency.find(workspaceId, command)
      if (earlier) return { applied: earlier, profileText: null }
      const state = this.#states.get(workspaceId)
      const { settings, rules, workspace } = state
      const context = { now, settings, rules, workspace }
      const decided = this.#decideFully(workspaceId, command, context)
      settle(decided, state.last)
      const at = { now, last: state.lastRecord }
      const planned = this.#records.plan(workspaceId, command, decided, at)
      if (planned) settleRecords(decided, planned.plan.records)
      this.#states.advance(workspaceId, state, decided)
      const profileText = this.#writer.write(workspaceId, decided)
      this.#runs.write(workspaceId, decided)
      this.deliveries.planner.write(workspaceId, decided)
      if (planned) state.lastRecord = this.#records.write(workspaceId, planned)
      this.#side.write(workspaceId, decided, settings.indexedAttributes)
      const applied = appliedFrom(decided, command)
      if (planned && command.records) {
        applied.records = planned.plan.records.slice(0, command.records.length)
      }
      this.#idempotency.keep(workspaceId, command, applied, now)
      return { applied, profileText }
    } catch (error) {
      // Refusals come before the first write of a command, so the group goes on without it.
      if (error instanceof Fault) return { fault: error }
      throw error
    }
  }

  /**
   * Applies the first commands of a stretch, at least one: as many that were decided ahead as hold,
   * else one as `apply` does.
   */
  applyForeseen(rows: Foreseen, { from, to: end }: Stretch, of: Ahead): (Outcome | Fault)[] {
    const { workspaceId, now } = of
    try {
      const most = this.#isAsForeseen(of) ? Math.min(end, from + this.#stretch) : from
      const to = endOfForeseen(rows, { from, to: most })
      if (to > from) {
        if (this.#newcomers.write(workspaceId, rows, { from, to }, now)) {
          this.#stretch = Math.min(this.#stretch * 2, stretchMax)
          return Array(to - from).fill(created)
        }
        this.#stretch = Math.max(Math.floor((to - from) / 4), 1)
        if (to > from + 1) return this.applyForeseen(rows, { from, to }, of)
      }
    } catch (error) {
      if (error instanceof Fault) return [error]
      throw error
    }
    const command = JSON.parse(rows.commands[from] as string) as Command
    const result = this.apply({ workspaceId, command }, now)
    if ('fault' in result) return [result.fault]
    return [{ foundBy: result.applied.foundBy, eventCount: result.applied.events.length }]
  }

  #isAsForeseen({ workspaceId, indexed }: Ahead): boolean {
    const now = this.#states.get(workspaceId).settings.indexedAttributes
    return now.length === indexed.length && now.every((name, index) => name === indexed[index])
  }

  /** Decides a command and writes nothing. */
  preview({ workspaceId, command }: Waiting, now: number): Preview {
    const { settings, rules, workspace, last } = this.#states.get(workspaceId)
    const decided = this.#decideFully(workspaceId, command, { now, settings, rules, workspace })
    settle(decided, last)
    return previewOf(decided)
  }

  /** Writes what commands left for the end of their transaction. */
  flush(): void {
    this.#writer.flush()
    this.#side.flush()
    this.#states.flush()
  }

  /** To be called when another connection has committed. */
  forget(): void {
    this.#states.forget()
    this.deliveries.plans.forget()
  }

  #decideFully(
    workspaceId: WorkspaceId,
    command: Command,
    context: Parameters<Decide>[2],
  ): Decided {
    const known = emptyKnown()
    const dated = command.occurredAt !== undefined
    this.#loader.load(known, likelyNeeds(command), workspaceId, dated)
    for (let round = 0; round < limits.decideRoundsMax; round++) {
      const verdict = this.#decide(known, command, context)
      if (verdict.kind === 'decided') return verdict
      if (verdict.kind === 'refused') throw verdict.fault
      this.#loader.load(known, verdict.needs, workspaceId, dated)
    }
    throw new Fault('internal', {
      message: `The rules of this workspace need more than ${limits.decideRoundsMax} look-ups.`,
    })
  }
}

function appliedFrom({ subject, events, foundBy }: Decided, { reply }: Command): Applied {
  const profile = reply === 'outcome' ? null : subject
  return { events: events.map(({ id }) => id), foundBy, profile }
}

/** How far all of a stretch were foreseen. */
function endOfForeseen({ attributes }: Foreseen, { from, to }: Stretch): number {
  let end = from
  while (end < to && attributes[end] !== null) end += 1
  return end
}
