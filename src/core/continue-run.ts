import type { ContinueRun, EndRun } from './command.ts'
import type { Source } from './event.ts'
import type { Run } from './run.ts'

/** Where commands about runs come from: nobody outside asked for them. */
const source: Source = { dialect: 'rule', token: null, request: null }

/** The command that goes on with a run. */
export function continueRun({ event, rule, subject }: RunPlace): ContinueRun {
  return { kind: 'continue-run', run: { event, rule }, subject, source, reply: 'outcome' }
}

/** The command that ends a run that waits. */
export function endingRun({ event, rule, subject }: RunPlace, end: EndRun['end']): EndRun {
  return { kind: 'end-run', run: { event, rule }, subject, end, source, reply: 'outcome' }
}

/** What names a run, and whom it was about when it was last seen. */
export type RunPlace = Pick<Run, 'event' | 'rule' | 'subject'>
