import type { Applied } from '../../core/command.ts'
import type { Fault } from '../../core/errors.ts'
import { appliedFromJson } from '../applied-json.ts'
import { faultFromJson, type GroupResult } from './thread-messages.ts'

/** Who waits for what became of a command. */
export interface Answered {
  resolve(applied: Applied): void
  reject(fault: Fault): void
}

/** What each of them does then would hold up all else for 15 to 30 ms where a group is full. */
const answersMax = 64

/** Tells everybody of a group what became of their command, so many in one turn of the loop. */
export function answerGroup(group: readonly Answered[], results: readonly GroupResult[]): void {
  for (const [index, result] of results.slice(0, answersMax).entries()) {
    const waiting = group[index] as Answered
    if ('applied' in result) waiting.resolve(appliedFromJson(result.applied))
    else waiting.reject(faultFromJson(result.fault))
  }
  if (results.length <= answersMax) return
  setImmediate(() => answerGroup(group.slice(answersMax), results.slice(answersMax)))
}
