import Type from 'typebox'
import { invalidField } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { EventId } from '../../core/profile.ts'
import {
  assertReplayable,
  type ReplayPart,
  type ReplayPlace,
  replayRule,
} from '../../operate/replay-rule.ts'
import { shownReplay } from '../../operate/shown-replay.ts'
import type { NativeCall } from './call.ts'
import { readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, id, nullable, time, timeIn, writeOptions } from './schemas.ts'

const replayedRun = Type.Object(
  {
    run: Type.String({ description: 'the event and the rule, as 41:tell-the-shop' }),
    event_id: id,
    type: Type.String(),
    received_at: time,
    profile_id: nullable(id),
    would: Type.Optional(
      Type.Object(
        {
          state: Type.String({ description: 'of the run: waiting, done or failed' }),
          until: Type.Optional(Type.String({ description: 'when its first wait is over' })),
          events: Type.Array(Type.String(), { description: 'types of what would be logged' }),
          deliveries: Type.Array(Type.String(), { description: 'where something would be sent' }),
        },
        { ...closed, description: 'what it would do, with `dry_run`' },
      ),
    ),
  },
  { ...closed, 'x-name': 'ReplayedRun' },
)

const answer = Type.Object(
  {
    dry_run: Type.Boolean(),
    rule: Type.String(),
    version: Type.Integer(),
    looked_at: Type.Integer({
      description:
        'events of its types that came while it was not at work, or all with `also_in_force`',
    }),
    begun: Type.Integer({ description: 'runs that were begun, or would be' }),
    passed_over: Type.Record(Type.String(), Type.Integer(), {
      description: 'how many events the rule did not run for, by reason',
    }),
    runs: Type.Array(replayedRun),
    next_cursor: nullable(Type.String({ description: 'for the call that goes on' })),
  },
  { ...closed, 'x-name': 'ReplayedRule' },
)

export const replayRuleCall = defineRoute({
  method: 'POST',
  path: '/rules/:name/replay',
  scope: 'rules:write',
  resource: 'rules',
  operation: 'replayRule',
  once: true,
  summary: 'Run a rule for events that came while it was not there or was switched off',
  description: `In the order of the log, on what each event told and the person as they are now; waits begin now. An event begins the run of a rule once, so what has run is passed over, and a replay may be repeated. One call looks at ${limits.replayLookedMax} events and begins ${limits.replayBegunMax} runs at most: go on with \`next_cursor\` until it is null. With \`dry_run=true\` nothing is begun, and each run says what it would do, taken by itself. \`also_in_force\` also takes events that came while the rule was at work and of which nothing tells that it ran, such as those that its condition did not hold for.`,
  params: Type.Object({ name: Type.String() }),
  query: Type.Object({ dry_run: writeOptions.dry_run }, closed),
  body: Type.Object(
    {
      since: timeIn,
      until: Type.Optional(timeIn),
      also_in_force: Type.Optional(Type.Boolean({ description: 'true or false' })),
      cursor: Type.Optional(Type.String({ description: 'the next_cursor of a call before' })),
    },
    closed,
  ),
  answers: { 200: { description: 'What was begun, or would be', schema: answer } },
  refuses: ['not_found', 'conflict', 'query_timeout'],
  async handle(call) {
    const { store, workspace, params, body, query, parts, now, source, actor } = call
    const rules = await store.listRules(workspace.id)
    const rule = rules.find(({ name }) => name === params.name)
    assertReplayable(rule, params.name)
    const from = readTime('since', body.since) ?? 0
    const until = readTime('until', body.until) ?? now
    if (from >= until) throw invalidField('since', 'must lie before `until`, and before now.')
    const alsoInForce = body.also_in_force === true
    const isDry = query.dry_run === true
    const place = await readPlace(call, body.cursor)
    if (!isDry && place.after === 0) {
      const details = { since: from, until, alsoInForce }
      await store.noteReplay(workspace.id, rule.name, details, actor)
    }
    const ask = { workspaceId: workspace.id, rule, from, until, alsoInForce, source, now }
    const part = await replayRule({ store, deliveries: parts.deliveries }, ask, place, isDry)
    return {
      status: 200,
      body: { dry_run: isDry, ...shownReplay(rule, part), next_cursor: cursorOf(part) },
    }
  },
})

function cursorOf({ next }: ReplayPart): string | null {
  return next && `${next.after}.${next.last}`
}

async function readPlace(
  { store, workspace }: Pick<NativeCall<unknown, unknown, unknown>, 'store' | 'workspace'>,
  cursor: string | undefined,
): Promise<ReplayPlace> {
  if (cursor === undefined) return { after: 0, last: await store.lastEventId(workspace.id) }
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(cursor)
  if (!match) throw invalidField('cursor', 'must be the next_cursor of a call before.')
  return { after: Number(match[1]) as EventId, last: Number(match[2]) as EventId }
}
