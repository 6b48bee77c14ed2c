import assert from 'node:assert/strict'
import { beginRun, reasonNotBegun } from '../src/core/begin-run.ts'
import type { RecordEvent } from '../src/core/command.ts'
import { continueRun, endingRun } from '../src/core/continue-run.ts'
import type { Fault } from '../src/core/errors.ts'
import type { EventId, ProfileId, WorkspaceId } from '../src/core/profile.ts'
import { type RuleDefinition, starterRules } from '../src/core/rule.ts'
import type { Step } from '../src/core/step.ts'
import type { Store } from '../src/storage/store.ts'
import { byUser, contractOf, type OpenStore, source, upsert } from './store-contract.ts'

const tag = (name: string): Step => ({ action: 'add-tag', with: { tag: name } })
/** Long enough ago for every run that waits for it to be due, and not to wait at all. */
const waits = (steps: Step[], rest: Partial<RuleDefinition> = {}): RuleDefinition => ({
  name: 'r',
  on: ['shop.x'],
  steps,
  ...rest,
})

function about(user: string, type = 'shop.x'): RecordEvent {
  const identifier = { kind: 'user_id', value: user }
  const identifiers = [identifier]
  return {
    kind: 'record-event',
    type,
    attributes: {},
    identifiers,
    source,
    subject: [{ identifier }],
  }
}

const never = (times: number) => Array<string>(times).fill('rejected')

/** Polls until everything that is due in a moment is due, and claims it. */
async function claim(store: Store, count: number) {
  const deadline = Date.now() + 60_000
  const claimed = []
  while (Date.now() < deadline && claimed.length < count) {
    claimed.push(...(await store.claimRuns(1_000)).runs)
  }
  return claimed
}

async function prepare(store: Store, id: WorkspaceId, ...rules: RuleDefinition[]) {
  await store.replaceRules(id, [...starterRules, ...rules])
  for (const user of ['a', 'b']) await store.apply(id, upsert(user))
}

/** What every engine promises of runs and of rules that have versions. */
export function runsContract(engine: string, open: OpenStore): void {
  const contract = contractOf(engine, open)

  contract("what is somebody's is told of them only while they are there", async (store, id) => {
    const { profile } = await store.apply(id, upsert('u1', { a: 1 }))
    const keys = [{ profile: profile?.id as ProfileId }]
    const told: RecordEvent = {
      ...{ kind: 'record-event', type: 'delivery.dead', attributes: { n: 1 }, identifiers: [] },
      ...{ subject: keys, onMissing: 'record', source },
      ofSubject: {
        attributes: { body: 'theirs' },
        identifiers: [{ kind: 'user_id', value: 'u1' }],
      },
    }
    await store.apply(id, told)
    await store.apply(id, { kind: 'remove-profile', keys, erase: true, source })
    await store.apply(id, told)
    const events = await store.readEvents(id, 0, 10)
    const [there, gone] = events.filter(({ type }) => type === 'delivery.dead')
    assert.deepEqual(there?.attributes, { n: 1, body: 'theirs' })
    assert.deepEqual(there?.identifiers, [{ kind: 'user_id', value: 'u1' }])
    assert.equal(there?.subject, profile?.id)
    assert.deepEqual([gone?.attributes, gone?.identifiers, gone?.subject], [{ n: 1 }, [], null])
  })

  contract('a run that waits is kept as it is, and goes on once', async (store, id) => {
    await prepare(store, id, waits([tag('early'), { wait: 'PT0.05S' }, tag('late')]))
    assert.equal((await store.claimRuns(9)).nextInMs, null)
    const { events } = await store.apply(id, about('a'))
    const [run] = await store.listRuns(id, { limit: 9 })
    assert.ok(run)
    assert.deepEqual([run.event, run.rule, run.version, run.subject], [events[0], 'r', 1, 1])
    assert.deepEqual([run.state, run.cursor, run.endedAt], ['waiting', [2], null])
    assert.deepEqual(run.log[0], { step: '0', did: 'acted', events: [events[1]] })
    assert.deepEqual(await store.findRun(id, run), run)
    // On a busy machine it may be due by now; then this very look has taken it.
    const look = await store.claimRuns(9)
    assert.ok((look.nextInMs ?? 99) <= 50)
    const claimed = look.runs.length > 0 ? look.runs : await claim(store, 1)
    assert.deepEqual(claimed, [{ workspaceId: id, event: run.event, rule: 'r', subject: 1 }])
    await Promise.all([1, 2, 3].map(() => store.apply(id, continueRun(run))))
    await store.apply(id, continueRun(run))
    const [profile] = await byUser(store, id, 'a')
    assert.deepEqual([profile?.tags, profile?.version], [['early', 'late'], 3])
    const ended = await store.findRun(id, run)
    assert.deepEqual([ended?.state, ended?.reason, ended?.dueAt], ['done', 'completed', null])
    assert.equal((await store.claimRuns(9)).nextInMs, null)
    assert.equal(await store.findRun(id, { event: 99 as EventId, rule: 'r' }), null)
    const missing = { ...run, event: 99 as EventId }
    assert.deepEqual((await store.apply(id, continueRun(missing))).events, [])
  })

  contract('a run that is begun late is begun once, in one group too', async (store, id) => {
    await prepare(store, id)
    const { events } = await store.apply(id, about('a'))
    const event = { id: events[0] as EventId, subject: 1 as ProfileId }
    const begin = (rule = 'r') => store.apply(id, beginRun(event, rule, source))
    const refusal = async (asked: Promise<unknown>) =>
      reasonNotBegun(
        await asked.then(
          () => assert.fail('it began'),
          (fault: Fault) => fault,
        ),
      )
    assert.equal(await refusal(begin()), 'not_taken')
    const when = { profile: 'plan', is: 'pro' } as const
    const steps: Step[] = [{ action: 'increment', with: { attribute: 'runs', by: 1 } }]
    await store.replaceRules(id, [waits(steps), waits(steps, { name: 's', when })])
    assert.equal(await refusal(begin('s')), 'condition')
    assert.equal((await store.preview(id, beginRun(event, 'r', source))).runs.length, 1)
    const tries = await Promise.allSettled([1, 2, 3, 4].map(() => begin()))
    assert.deepEqual(tries.map(({ status }) => status).sort(), ['fulfilled', ...never(3)])
    assert.equal(await refusal(begin()), 'has_run')
    const [profile] = await byUser(store, id, 'a')
    assert.equal(profile?.attributes.runs, 1)
    const run = await store.findRun(id, { event: event.id, rule: 'r' })
    assert.deepEqual([run?.state, run?.reason, run?.log[0]?.did], ['done', 'completed', 'acted'])
  })

  contract('what is not due stays as it is', async (store, id) => {
    await prepare(store, id, waits([{ wait: 'PT1H' }, tag('late')]))
    await store.apply(id, about('a'))
    const [run] = await store.listRuns(id, { limit: 9 })
    assert.ok(run)
    assert.deepEqual((await store.apply(id, continueRun(run))).events, [])
    assert.deepEqual(await store.findRun(id, run), run)
    const end = { state: 'cancelled', reason: 'operator' } as const
    await store.apply(id, endingRun(run, end))
    const ended = await store.findRun(id, run)
    assert.deepEqual([ended?.state, ended?.reason, ended?.dueAt], ['cancelled', 'operator', null])
  })

  contract('an event ends what waits of one person, in one group too', async (store, id) => {
    const rule = waits([{ wait: 'PT1H' }], { cancel_when: { on: ['shop.done'] } })
    await prepare(store, id, rule)
    await store.apply(id, about('a'))
    const commands = [about('a'), about('b'), about('a', 'shop.done'), about('a')]
    const applied = await Promise.all(commands.map((command) => store.apply(id, command)))
    const runs = await store.listRuns(id, { limit: 9 })
    assert.deepEqual(
      runs.map(({ state, subject, endedBy }) => [state, subject, endedBy]),
      [
        ['waiting', 1, null],
        ['waiting', 2, null],
        ['cancelled', 1, applied[2]?.events[0]],
        ['cancelled', 1, applied[2]?.events[0]],
      ],
    )
  })

  contract(
    'a run finishes with the version it began with, and so does what ends it',
    async (store, id) => {
      const first = waits([{ wait: 'PT0.05S' }, tag('one')], { cancel_when: { on: ['shop.one'] } })
      await prepare(store, id, first)
      await Promise.all([store.apply(id, about('a')), store.apply(id, about('b'))])
      await store.replaceRules(id, [waits([{ wait: 'PT0.05S' }, tag('two')])])
      await store.apply(id, about('b', 'shop.one'))
      await Promise.all((await claim(store, 1)).map((run) => store.apply(id, continueRun(run))))
      assert.deepEqual((await byUser(store, id, 'a'))[0]?.tags, ['one'])
      assert.deepEqual((await byUser(store, id, 'b'))[0]?.tags, [])
    },
  )

  contract('runs are listed by what they are asked for', async (store, id) => {
    await prepare(
      store,
      id,
      waits([{ wait: 'PT1H' }]),
      waits([tag('{{ event.no }}')], { name: 's' }),
    )
    for (const user of ['a', 'b', 'a']) await store.apply(id, about(user))
    const list = async (filter: Omit<Parameters<Store['listRuns']>[1], 'limit'>) =>
      (await store.listRuns(id, { ...filter, limit: 99 })).length
    assert.equal(await list({}), 6)
    assert.equal(await list({ state: 'failed' }), 3)
    assert.equal(await list({ rule: 'r', subject: 2 as ProfileId }), 1)
    const [newest] = await store.listRuns(id, { limit: 1 })
    assert.equal(await list({ before: newest?.event }), 4)
    const other = await store.createWorkspace('other', [])
    assert.deepEqual(await store.listRuns(other.id, { limit: 9 }), [])
  })

  contract('how often a rule runs is counted through groups and alone', async (store, id) => {
    await prepare(store, id, waits([{ wait: 'PT1H' }], { per_minute: 5 }))
    // Both sides of a full minute may be met, with a limit of its own each.
    const before = Math.floor(Date.now() / 60_000)
    await Promise.all(Array.from({ length: 12 }, () => store.apply(id, about('a'))))
    await store.apply(id, about('a'))
    const minutes = Math.floor(Date.now() / 60_000) - before + 1
    const runs = await store.listRuns(id, { limit: 99 })
    assert.ok(runs.length >= 5 && runs.length <= 5 * minutes, `${runs.length} runs`)
    const stops = (await store.readEvents(id, 0, 99)).filter(({ type }) => type === 'rule.stopped')
    assert.deepEqual(stops[0]?.attributes, { rule: 'r@1', limit: 'rate' })
  })

  contract('a rule that was switched off begins nothing and stays off', async (store, id) => {
    await prepare(store, id, waits([tag('x')]))
    assert.equal(await store.enableRule(id, 'r', false), true)
    assert.equal(await store.enableRule(id, 'nothing', false), false)
    await store.apply(id, about('a'))
    assert.deepEqual((await byUser(store, id, 'a'))[0]?.tags, [])
    const [changed] = await store.replaceRules(id, [waits([tag('y')])])
    assert.deepEqual([changed?.version, changed?.disabled], [2, true])
    await store.enableRule(id, 'r', true)
    await store.apply(id, about('a'))
    assert.deepEqual((await byUser(store, id, 'a'))[0]?.tags, ['y'])
    const versions = await store.ruleVersions(id, 'r')
    assert.deepEqual(
      versions.map(({ rule, inForce }) => [rule.version, inForce, rule.steps]),
      [
        [2, true, [tag('y')]],
        [1, false, [tag('x')]],
      ],
    )
  })

  contract('runs that ended long ago and counters of minutes past go', async (store, id) => {
    await prepare(store, id, waits([tag('{{ event.no }}')], { per_minute: 9 }))
    await store.apply(id, about('a'))
    const now = Date.now() + 120_000
    const kept = await store.expire({ now, events: null, idempotency: 0 })
    assert.deepEqual([kept.runs, kept.ruleCounts], [0, 1])
    const expired = await store.expire({ now, events: now, idempotency: 0 })
    assert.equal(expired.runs, 1)
    assert.deepEqual(await store.listRuns(id, { limit: 9 }), [])
    // By the workspace's own time, which a run that still waits outlives.
    await store.updateSettings(id, { eventDays: 1 })
    await store.apply(id, about('b'))
    await store.replaceRules(id, [waits([{ wait: 'P9D' }])])
    await store.apply(id, about('a'))
    const own = { now: now + 86_400_000, events: null, idempotency: 0 }
    assert.equal((await store.expire(own)).runs, 1)
    const left = await store.listRuns(id, { limit: 9 })
    assert.deepEqual(
      left.map(({ state }) => state),
      ['waiting'],
    )
  })
}
