import { Fault } from '../../core/errors.ts'
import type { Rule } from '../../core/rule.ts'
import {
  assertReplayable,
  type ReplayAsk,
  type ReplayPlace,
  replayRule,
} from '../../operate/replay-rule.ts'
import { shownReplay } from '../../operate/shown-replay.ts'
import type { FullStore } from '../../storage/open-store.ts'
import { columns } from '../columns.ts'
import { CliError, defineCommand, workspaceOption } from '../command.ts'
import { readTime } from '../read-time.ts'
import { findWorkspace, withStore } from '../with-store.ts'
import { findRule } from './rules-show.ts'

/** How many runs are shown; the counts are of all. */
const shownMax = 20

export const rulesReplay = defineCommand({
  name: 'rules replay',
  summary: 'Run a rule for events that came while it was not there or was switched off.',
  usage: 'NAME',
  details: [
    'In the order of the log, on what each event told and the person as they are now; waits begin',
    'now. An event begins the run of a rule once: what has run is passed over, so this may be asked',
    'again, and goes on where it was cut short. Limits of depth and per minute hold as always; what',
    'they hold back is begun when it is asked again. With --dry-run nothing is begun.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    workspace: workspaceOption,
    since: {
      type: 'text',
      placeholder: 'TIME',
      required: true,
      help: 'Events received since then: a date, or a duration back such as PT2H.',
    },
    until: { type: 'text', placeholder: 'TIME', help: 'Only events received before then.' },
    'also-in-force': {
      type: 'flag',
      help: 'Also those that came while it was at work, where nothing tells that it ran.',
    },
    'dry-run': { type: 'flag', help: 'Only say for which it would run, and what it would do.' },
  },
  async run({ config, positionals, options }) {
    const now = Date.now()
    const from = readTime('--since', options.since)
    const until = options.until === undefined ? now : readTime('--until', options.until)
    if (from >= until)
      throw new CliError('usage', '--since must lie before --until, and before now.')
    const isDry = options['dry-run']
    const total = await withStore(config(), async (store) => {
      const workspace = await findWorkspace(store, options.workspace)
      const rule = await findRule(store, workspace, positionals[0] ?? '')
      try {
        assertReplayable(rule, rule.name)
      } catch (error) {
        if (error instanceof Fault) throw new CliError('refused', error.message)
        throw error
      }
      const workspaceId = workspace.id
      const alsoInForce = options['also-in-force']
      const source = { dialect: 'cli', token: null, request: null }
      if (!isDry)
        await store.noteReplay(workspaceId, rule.name, { since: from, until, alsoInForce })
      return replayAll(store, { workspaceId, rule, from, until, alsoInForce, source, now }, isDry)
    })
    const hint =
      total.looked_at > 0 || options['also-in-force']
        ? ''
        : '\nNothing of what it takes came while it was not at work. --also-in-force looks at the rest.'
    return { json: { dry_run: isDry, ...total }, text: said(total, isDry) + hint }
  },
})

type Total = ReturnType<typeof shownReplay>

async function replayAll(store: FullStore, ask: ReplayAsk, isDry: boolean): Promise<Total> {
  const stores = { store, deliveries: store }
  const last = await store.lastEventId(ask.workspaceId)
  let total = nothing(ask.rule)
  for (let place: ReplayPlace | null = { after: 0, last }; place !== null; ) {
    const part = await replayRule(stores, ask, place, isDry)
    total = added(total, shownReplay(ask.rule, part))
    place = part.next
  }
  return total
}

function nothing({ name, version }: Rule): Total {
  return { rule: name, version, looked_at: 0, begun: 0, passed_over: {}, runs: [] }
}

function added(total: Total, part: Total): Total {
  const passed = { ...total.passed_over }
  for (const [why, count] of Object.entries(part.passed_over)) {
    passed[why] = (passed[why] ?? 0) + count
  }
  return {
    ...total,
    looked_at: total.looked_at + part.looked_at,
    begun: total.begun + part.begun,
    passed_over: passed,
    runs: [...total.runs, ...part.runs].slice(0, shownMax),
  }
}

const whys: { [reason: string]: string } = {
  source: 'came from where the rule takes none',
  has_run: 'have run already',
  condition: 'do not meet its condition',
  cancelled_since: 'were followed by what cancel_when names',
  subject_removed: 'are about somebody who was removed since',
  rate_limit: 'are held back by per_minute; ask again in a minute',
  depth: 'are at the end of a chain of rules',
  no_event: 'are not kept any more',
  not_taken: 'are taken by no rule',
}

function said(
  { rule, version, looked_at, begun, passed_over, runs }: Total,
  isDry: boolean,
): string {
  const head = `${rule}, version ${version}: ${looked_at} events looked at, ${begun} runs ${isDry ? 'would be begun' : 'begun'}.`
  const others = Object.entries(passed_over).map(([why, count]) => `${count} ${whys[why] ?? why}.`)
  const rows = runs.map(({ run, type, received_at, profile_id, would }) => [
    ...[run, type, received_at, profile_id === null ? 'nobody' : `profile ${profile_id}`],
    ...(would ? [wouldText(would)] : []),
  ])
  const more = begun > runs.length && runs.length > 0 ? [`and ${begun - runs.length} more`] : []
  return [head, ...others, ...(rows.length > 0 ? [columns(rows)] : []), ...more].join('\n')
}

function wouldText({ state, until, events, deliveries }: NonNullable<Total['runs'][0]['would']>) {
  const parts = [
    ...(state === 'waiting' ? [`waits until ${until}`] : state === 'failed' ? ['fails'] : []),
    ...(deliveries.length > 0 ? [`sends to ${deliveries.join(', ')}`] : []),
    ...(events.length > 0 ? [`logs ${events.join(', ')}`] : []),
  ]
  return parts.length > 0 ? parts.join('; ') : 'changes nothing'
}
