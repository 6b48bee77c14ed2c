import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    let native: NativeClient
    before(async () => {
      roster = await startRoster(engine)
      native = await newClient()
    })
    after(() => roster?.close())

    async function newClient(): Promise<NativeClient> {
      const { tokens } = await roster.newWorkspace()
      return nativeClient(roster.url, tokens.native?.token ?? '')
    }

    test('an event is logged, read back and explained', async () => {
      const sent = await native('POST', '/events?explain=true', {
        type: 'user.register',
        attributes: { email: 'Jo@Example.org', first_name: 'Jo' },
        identifiers: { email: 'Jo@Example.org' },
      })
      assert.equal(sent.status, 201)
      assert.equal(sent.body.caused.length, 1)
      const [reaction, other] = sent.body.explanation.rules
      assert.deepEqual([reaction.rule, reaction.matched], ['keep-profiles-current', true])
      assert.deepEqual([other.matched, other.because], [false, 'type'])
      const read = await native('GET', `/events/${sent.body.caused[0]}`)
      assert.equal(read.body.event.type, 'profile.created')
      assert.equal(read.body.event.cause.event_id, sent.body.id)
      const again = await native('POST', '/events', {
        type: 'order.paid',
        identifiers: { email: 'jo@example.ORG' },
      })
      assert.equal(again.body.profile_id, read.body.event.profile_id)
      assert.equal(again.body.found_by, 'key')
    })

    test('a dry run tells all and stores nothing', async () => {
      const client = await newClient()
      const event = {
        type: 'user.register',
        attributes: { email: 'dry@example.org' },
        identifiers: { email: 'dry@example.org' },
      }
      const dry = await client('POST', '/events?dry_run=true', event)
      assert.equal(dry.status, 200)
      assert.equal(dry.body.profile.attributes.email, 'dry@example.org')
      assert.deepEqual(
        dry.body.events.map((each: JsonObject) => each.type),
        ['user.register', 'profile.created'],
      )
      assert.equal(dry.body.explanations[0].rules[0].matched, true)
      assert.deepEqual((await client('GET', '/events')).body, { data: [], next_cursor: null })
      const sent = await client('POST', '/events', event)
      assert.deepEqual([sent.body.id, ...sent.body.caused], [1, 2])
    })

    test('of many each has its own result, and what one may not alone it may not among many', async () => {
      const client = await newClient()
      const good = { type: 'a.b', attributes: { n: 1 } }
      const bad = [
        { type: 'nodots' },
        { type: 'profile.updated' },
        { tpye: 'a.b', type: 'a.b' },
        { type: 'a.b', occurred_at: 'yesterday' },
        { type: 'a.b', profile_id: 999 },
        { type: 'a.b', attributes: { n: 2 ** 60 } },
        { type: 'a.b', identifiers: { email: 'none' } },
        'text',
      ]
      const many = [good, ...bad, { ...good, attributes: { n: 2 } }]
      const answer = await client('POST', '/events', { events: many })
      assert.equal(answer.status, 207)
      assert.deepEqual([answer.body.accepted, answer.body.refused], [2, bad.length])
      for (const [index, entry] of bad.entries()) {
        const alone = await client('POST', '/events', entry)
        const among = answer.body.results[index + 1]
        const { index: place, field, hint, ...rest } = among
        assert.deepEqual(rest, alone.body)
        assert.equal(place, index + 1)
        if (alone.body.errors) assert.equal(field, alone.body.errors[0].field)
        assert.equal(hint, alone.body.errors?.[0].hint)
      }
      assert.equal(answer.body.results[3].hint, 'Did you mean "type"?')
      const log = (await client('GET', '/events')).body.data
      assert.deepEqual(
        log.map((each: JsonObject) => [each.id, each.attributes]),
        [
          [1, { n: 1 }],
          [2, { n: 2 }],
        ],
      )
    })

    test('a key makes repeats one call, for each of many by its place', async () => {
      const client = await newClient()
      const key = { 'idempotency-key': 'k1' }
      const many = { events: [{ type: 'a.b' }, { type: 'bad' }, { type: 'a.c' }] }
      const first = await client('POST', '/events', many, key)
      const mended = { events: [{ type: 'a.b' }, { type: 'a.mended' }, { type: 'a.c' }] }
      const second = await client('POST', '/events', mended, key)
      const ids = (answer: typeof first) => answer.body.results.map((each: JsonObject) => each.id)
      assert.deepEqual(ids(first), [1, undefined, 2])
      assert.deepEqual(ids(second), [1, 3, 2])
      const other = await client('POST', '/events', { events: [{ type: 'a.other' }] }, key)
      assert.equal(other.body.results[0].code, 'idempotency_key_reused')
      const own = { type: 'a.d', idempotency_key: 'mine' }
      const [one, two] = [
        await client('POST', '/events', own),
        await client('POST', '/events', own),
      ]
      assert.deepEqual([one.body.id, two.body.id], [4, 4])
      assert.deepEqual([one.body.repeated, two.body.repeated], [false, true])
    })

    test('the log is read in pages', async () => {
      const client = await newClient()
      await client('POST', '/events', {
        events: Array.from({ length: 5 }, () => ({ type: 'a.b' })),
      })
      const ids: number[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page = await client('GET', `/events?limit=2${cursor && `&cursor=${cursor}`}`)
        ids.push(...page.body.data.map((each: { id: number }) => each.id))
        cursor = page.body.next_cursor
      }
      assert.deepEqual(ids, [1, 2, 3, 4, 5])
      const wrong = await client('GET', '/events?limti=2')
      assert.deepEqual(wrong.body.errors, [
        { field: 'limti', message: 'There is no such parameter.', hint: 'Did you mean "limit"?' },
      ])
      assert.equal((await client('GET', '/events?limit=0')).status, 422)
      assert.equal((await client('GET', '/events/99')).body.code, 'not_found')
    })
  })
}
