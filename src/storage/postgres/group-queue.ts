import { type Applied, type Command, mayMerge } from '../../core/command.ts'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { Result } from './group-verdicts.ts'
import { answerMs } from './transaction.ts'

interface Waiting {
  command: Command
  /** As `performance.now()` tells it; there is an answer by then. */
  deadline: number
  resolve(applied: Applied): void
  reject(fault: Fault): void
}

/** One workspace's commands: groups are of one workspace, since they share its locks. */
interface Lane {
  workspaceId: WorkspaceId
  waiting: Waiting[]
  groupsInFlight: number
}

export type ApplyGroup = (
  workspaceId: WorkspaceId,
  commands: readonly Command[],
  deadline: number,
) => Promise<Result[]>

const groupMax = 256
/** What waits meanwhile is one larger group, which shares more than two that overlap would gain. */
const groupsPerLaneMax = 1
/** Beyond this many waiting commands a new one is refused at once instead of queued. */
const waitingMax = 20_000

/**
 * Collects commands that arrive together, workspace by workspace, and has each group written in one
 * transaction. A command waits at most for the groups before it; workspaces take turns.
 */
export class GroupQueue {
  readonly #applyGroup: ApplyGroup
  readonly #groupsMax: number
  readonly #lanes = new Map<WorkspaceId, Lane>()
  #waitingCount = 0
  #groupsInFlight = 0
  #scheduled = false
  #closing = false
  #sweep: NodeJS.Timeout | null = null
  #idle: (() => void) | null = null

  /** At most `groupsMax` groups are written at a time, over all workspaces. */
  constructor(applyGroup: ApplyGroup, groupsMax: number) {
    this.#applyGroup = applyGroup
    this.#groupsMax = groupsMax
  }

  apply(workspaceId: WorkspaceId, command: Command): Promise<Applied> {
    return new Promise((resolve, reject) => {
      if (this.#closing || this.#waitingCount >= waitingMax) {
        reject(tryAgain())
        return
      }
      const deadline = performance.now() + answerMs
      this.#laneOf(workspaceId).waiting.push({ command, deadline, resolve, reject })
      this.#waitingCount += 1
      this.#sweep ??= setTimeout(() => this.#giveUpLate(), answerMs)
      // Everything that arrives in this turn of the loop goes into the same group.
      if (!this.#scheduled) {
        this.#scheduled = true
        setImmediate(() => {
          this.#scheduled = false
          this.#flush()
        })
      }
    })
  }

  /** Resolves when everything that was accepted has its answer; nothing more is accepted. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#waitingCount > 0 || this.#groupsInFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    if (this.#sweep) clearTimeout(this.#sweep)
  }

  #laneOf(workspaceId: WorkspaceId): Lane {
    let lane = this.#lanes.get(workspaceId)
    if (!lane) {
      lane = { workspaceId, waiting: [], groupsInFlight: 0 }
      this.#lanes.set(workspaceId, lane)
    }
    return lane
  }

  #flush(): void {
    for (const lane of [...this.#lanes.values()]) {
      if (this.#groupsInFlight >= this.#groupsMax) return
      if (lane.waiting.length === 0 || lane.groupsInFlight >= groupsPerLaneMax) continue
      // Its next turn comes after everybody else's.
      this.#lanes.delete(lane.workspaceId)
      this.#lanes.set(lane.workspaceId, lane)
      const commands = lane.waiting.slice(0, groupMax).map(({ command }) => command)
      void this.#run(lane, lane.waiting.splice(0, groupLength(commands, groupMax)))
    }
  }

  async #run(lane: Lane, group: Waiting[]): Promise<void> {
    this.#waitingCount -= group.length
    this.#groupsInFlight += 1
    lane.groupsInFlight += 1
    const commands = group.map(({ command }) => command)
    const deadline = Math.min(...group.map((waiting) => waiting.deadline))
    try {
      const results = await this.#applyGroup(lane.workspaceId, commands, deadline)
      for (const [index, waiting] of group.entries()) {
        const result = results[index] as Result
        if ('applied' in result) waiting.resolve(result.applied)
        else waiting.reject(result.fault)
      }
    } catch (cause) {
      // Nobody can say how far it came.
      for (const { reject } of group) reject(new Fault('outcome_unknown', { cause }))
    }
    this.#groupsInFlight -= 1
    lane.groupsInFlight -= 1
    if (lane.waiting.length === 0 && lane.groupsInFlight === 0) {
      this.#lanes.delete(lane.workspaceId)
    }
    this.#flush()
    this.#noticeIdle()
  }

  /** What is still waiting when its time is up was not begun, so nothing of it was written. */
  #giveUpLate(): void {
    this.#sweep = null
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    for (const lane of this.#lanes.values()) {
      const late = lane.waiting.findIndex(({ deadline }) => deadline > now)
      const given = lane.waiting.splice(0, late < 0 ? lane.waiting.length : late)
      this.#waitingCount -= given.length
      for (const { reject } of given) reject(tryAgain())
      next = Math.min(next, lane.waiting[0]?.deadline ?? next)
    }
    if (next < Number.POSITIVE_INFINITY) {
      this.#sweep = setTimeout(() => this.#giveUpLate(), next - now)
    }
    this.#noticeIdle()
  }

  #noticeIdle(): void {
    if (this.#waitingCount === 0 && this.#groupsInFlight === 0) this.#idle?.()
  }
}

function tryAgain(): Fault {
  return new Fault('unavailable', { retryAfterSeconds: 1 })
}

/**
 * How many of those that wait make the next group. A merge begins one: ids of profiles stand in
 * what it writes, and those of a group that is being decided are not known yet.
 */
export function groupLength(waiting: readonly Command[], most: number): number {
  const merge = waiting.findIndex((command, at) => at > 0 && mayMerge(command))
  return Math.min(merge < 0 ? waiting.length : merge, most)
}
