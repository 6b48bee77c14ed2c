import type { Command, Outcome } from '../../core/command.ts'
import { type Fault, isOfStore } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { type ApplyGroup, groupLength } from './group-queue.ts'
import type { Result } from './group-verdicts.ts'

/** Commands in one group. Others who write to the workspace wait while it is written. */
const groupMax = 512
/** Nobody waits at the other end, and a group is tried again as it is: better late than never. */
const patienceMs = 30_000

/** Applies the commands of `Store.applyAll`: one group after the other, in order. */
export class OrderedGroups {
  readonly #applyGroup: ApplyGroup
  /** What ended the last of the calls that follow each other; null where nothing did. */
  #last: Promise<Fault | null> = Promise.resolve(null)
  #underWay = 0

  constructor(applyGroup: ApplyGroup) {
    this.#applyGroup = applyGroup
  }

  applyAll(workspaceId: WorkspaceId, commands: readonly Command[]): Promise<(Outcome | Fault)[]> {
    const before = this.#underWay > 0 ? this.#last : Promise.resolve(null)
    const outcomes = before.then((fault) => this.#apply(workspaceId, commands, fault))
    this.#underWay += 1
    this.#last = outcomes.then((all) => {
      this.#underWay -= 1
      const last = all.at(-1)
      return isOfStore(last) ? last : null
    })
    return outcomes
  }

  async #apply(
    workspaceId: WorkspaceId,
    commands: readonly Command[],
    before: Fault | null,
  ): Promise<(Outcome | Fault)[]> {
    const outcomes: (Outcome | Fault)[] = []
    let fault = before
    while (fault === null && outcomes.length < commands.length) {
      const rest = commands.slice(outcomes.length, outcomes.length + groupMax)
      const group = rest.slice(0, groupLength(rest, groupMax))
      const deadline = performance.now() + patienceMs
      const results = await this.#applyGroup(workspaceId, group, deadline)
      outcomes.push(...results.map(outcomeOf))
      fault = outcomes.find(isOfStore) ?? null
    }
    return commands.map((_, index) => outcomes[index] ?? (fault as Fault))
  }
}

function outcomeOf(result: Result): Outcome | Fault {
  if ('fault' in result) return result.fault
  return { foundBy: result.applied.foundBy, eventCount: result.applied.events.length }
}
