import Type from 'typebox'
import { endingRun } from '../../core/continue-run.ts'
import { Fault } from '../../core/errors.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import { parseRunId, type Run, type RunState, runId } from '../../core/run.ts'
import type { NativeCall } from './call.ts'
import { dryAnswer, dryQuery, orTried } from './dry-run.ts'
import { readCursor } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, idIn, page, paging, run } from './schemas.ts'
import { shownRun } from './shown.ts'

const byRunId = Type.Object({
  id: Type.String({ description: 'the event and the rule, as 41:tell-the-shop' }),
})

export const listRuns = defineRoute({
  method: 'GET',
  path: '/runs',
  scope: 'runs:read',
  operation: 'listRuns',
  resource: 'runs',
  summary: 'List runs of rules that waited or failed, newest event first',
  description:
    'What a run did that was over at once is told by the events it caused. The runs of one event stand on one page together.',
  query: Type.Object(
    {
      ...paging,
      state: Type.Optional(
        Type.Union(['waiting', 'done', 'failed', 'cancelled'].map((word) => Type.Literal(word))),
      ),
      rule: Type.Optional(Type.String({ description: 'the name of a rule' })),
      profile_id: Type.Optional(idIn),
    },
    closed,
  ),
  answers: { 200: { description: 'A page of runs', schema: page(run) } },
  async handle({ store, workspace, query }) {
    const { limit = 50, state, rule, profile_id } = query
    const before = query.cursor === undefined ? undefined : (readCursor(query.cursor) as EventId)
    const filter = {
      state: state as RunState | undefined,
      rule,
      subject: profile_id as ProfileId | undefined,
      before,
    }
    // An event has one run for each rule at most, so this much more shows all of the last one's.
    const more = limit + 200
    const found = await store.listRuns(workspace.id, { ...filter, limit: more })
    const last = found[Math.min(limit, found.length) - 1]?.event
    const shown = found.filter(({ event }) => last !== undefined && event >= last)
    const next = found.length > shown.length ? String(last) : null
    return { status: 200, body: { data: shown.map(shownRun), next_cursor: next } }
  },
})

export const getRun = defineRoute({
  method: 'GET',
  path: '/runs/:id',
  scope: 'runs:read',
  operation: 'getRun',
  resource: 'runs',
  summary: 'Read a run with what each step did',
  params: byRunId,
  answers: { 200: { description: 'The run', schema: run } },
  refuses: ['not_found'],
  async handle(call) {
    return { status: 200, body: shownRun(await findRun(call, call.params.id)) }
  },
})

export const cancelRun = defineRoute({
  method: 'POST',
  path: '/runs/:id/cancel',
  scope: 'runs:write',
  operation: 'cancelRun',
  once: true,
  resource: 'runs',
  summary: 'End a run that waits',
  params: byRunId,
  query: dryQuery,
  answers: { 200: orTried('The run, cancelled', run) },
  refuses: ['not_found', 'conflict'],
  async handle(call) {
    const { store, workspace, params, query } = call
    const waiting = await findRun(call, params.id)
    if (query.dry_run && waiting.state === 'waiting') {
      return dryAnswer({ state: 'waiting' }, { state: 'cancelled' })
    }
    const end = { state: 'cancelled', reason: 'operator' } as const
    if (waiting.state === 'waiting') await store.apply(workspace.id, endingRun(waiting, end))
    const ended = await findRun(call, params.id)
    call.tells.of = ended.subject
    // It may have gone on by itself meanwhile, and one that was over stays as it was.
    if (waiting.state !== 'waiting' || ended.reason !== 'operator') {
      const message = `Run ${runId(ended)} does not wait; it is ${ended.state}.`
      throw new Fault('conflict', { message })
    }
    return { status: 200, body: shownRun(ended) }
  },
})

async function findRun(
  { store, workspace }: Pick<NativeCall<unknown, unknown, unknown>, 'store' | 'workspace'>,
  text: string,
): Promise<Run> {
  const key = parseRunId(text)
  const found = key && (await store.findRun(workspace.id, key))
  if (found) return found
  throw new Fault('not_found', { message: `There is no run ${text.slice(0, 100)} that is kept.` })
}
