import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import type { WorkspaceSettings } from '../src/core/workspace.ts'
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

    async function newClient(settings: Partial<WorkspaceSettings> = {}): Promise<NativeClient> {
      const { tokens } = await roster.newWorkspace(settings)
      return nativeClient(roster.url, tokens.native?.token ?? '')
    }

    test('one call makes a profile, the next changes only what it names and says what it did', async () => {
      const made = await native('PUT', '/profiles/by/user_id/u1', {
        set: { email: 'Ann@X.org', first_name: 'Ann', plan: { level: 1 } },
        tags: ['new'],
      })
      assert.equal(made.status, 201)
      assert.equal(made.headers.get('etag'), '"1"')
      assert.deepEqual(made.body.profile.identifiers, [
        { kind: 'user_id', value: 'u1' },
        { kind: 'email', value: 'ann@x.org' },
      ])
      const changed = await native('PUT', '/profiles/by/email/ann@x.org', {
        set: { last_name: 'Lee', first_name: 'Ann' },
        set_once: { first_name: 'Zoe', source: 'shop' },
        unset: ['plan'],
        increment: { visits: 2 },
        add: { colours: ['red', 'blue', 'red'] },
        tags: { add: ['vip'], remove: ['new'] },
      }).then(({ status }) => status)
      assert.equal(changed, 422)
      const body = {
        set: { last_name: 'Lee' },
        set_once: { first_name: 'Zoe', source: 'shop' },
        unset: ['plan'],
        increment: { visits: 2 },
        add: { colours: ['red', 'blue', 'red'] },
        tags: { add: ['vip'], remove: ['new'] },
      }
      const second = await native('PUT', '/profiles/by/email/ann@x.org', body)
      assert.deepEqual(
        [second.status, second.body.created, second.body.found_by],
        [200, false, 'key'],
      )
      assert.deepEqual(second.body.dropped, [{ name: 'first_name', reason: 'already_set' }])
      assert.deepEqual(second.body.profile.tags, ['vip'])
      const { attributes } = second.body.profile
      const { email: spelled, ...rest } = attributes
      assert.equal(spelled, 'ann@x.org')
      assert.deepEqual(rest, {
        ...{ first_name: 'Ann', last_name: 'Lee', source: 'shop' },
        ...{ visits: 2, colours: ['red', 'blue'] },
      })
      const third = await native('PATCH', `/profiles/${second.body.profile.id}`, {
        increment: { visits: -0.5, last_name: 1 },
        add: { colours: ['green'], last_name: ['x'] },
        remove: { colours: ['red'] },
      })
      assert.equal(third.status, 422)
      const fourth = await native('PATCH', `/profiles/${second.body.profile.id}`, {
        increment: { visits: -0.5, last_name: 1 },
        add: { colours: ['green'], source: ['x'] },
        remove: { colours: ['red'] },
      })
      assert.deepEqual(fourth.body.changed, ['visits', 'colours'])
      assert.deepEqual(fourth.body.dropped, [
        { name: 'last_name', reason: 'not_a_number' },
        { name: 'source', reason: 'not_a_list' },
      ])
      assert.equal(fourth.body.profile.attributes.visits, 1.5)
      assert.deepEqual(fourth.body.profile.attributes.colours, ['blue', 'green'])
      const same = await native('PATCH', `/profiles/${second.body.profile.id}`, {
        set: { visits: 1.5 },
      })
      assert.deepEqual([same.body.changed, same.body.event_id], [[], null])
      assert.equal(same.body.profile.version, fourth.body.profile.version)
    })

    test('an older event time loses per attribute, but increments always count', async () => {
      const put = (body: JsonObject) => native('PUT', '/profiles/by/user_id/late', body)
      await put({ set: { a: 'new', n: 1 }, occurred_at: '2026-03-01T12:00:00Z' } as JsonObject)
      const late = await put({
        set: { a: 'old', b: 'only' },
        increment: { n: 5 },
        occurred_at: '2026-02-01T12:00:00+01:00',
      } as JsonObject)
      assert.deepEqual(late.body.dropped, [{ name: 'a', reason: 'older_than_stored' }])
      assert.deepEqual(late.body.profile.attributes, { a: 'new', n: 6, b: 'only' })
      const { body } = await native('GET', `/profiles/${late.body.profile.id}/provenance`)
      assert.equal(body.attributes.a.at, '2026-03-01T12:00:00.000Z')
      assert.equal(body.attributes.b.at, '2026-02-01T11:00:00.000Z')
      assert.equal(body.attributes.b.event_id, late.body.event_id)
      assert.equal(body.attributes.b.source, 'native')
    })

    test('an equal value keeps its event and the time of that, and is confirmed', async () => {
      const put = async (n: number, minute: number) => {
        const occurred_at = `2026-03-01T12:0${minute}:00.000Z`
        const body = { set: { email: 'same@x.org', n }, occurred_at }
        return (await native('PUT', '/profiles/by/user_id/same', body)).body
      }
      const first = await put(1, 0)
      const second = await put(2, 5)
      const late = await put(2, 3)
      assert.deepEqual(late.dropped.length, 2)
      const { body } = await native('GET', `/profiles/${first.profile.id}/provenance`)
      const { email, n } = body.attributes
      const confirmed_at = '2026-03-01T12:05:00.000Z'
      const at = '2026-03-01T12:00:00.000Z'
      const rest = { source: 'native', once: false, confirmed_at }
      assert.deepEqual(email, { value: 'same@x.org', at, event_id: first.event_id, ...rest })
      assert.deepEqual(n, { value: 2, at: confirmed_at, event_id: second.event_id, ...rest })
    })

    test('concurrent increments and list changes all count', async () => {
      const calls = Array.from({ length: 40 }, (_, n) =>
        native('PUT', '/profiles/by/user_id/busy', { increment: { n: 1 }, add: { seen: [n] } }),
      )
      const answers = await Promise.all(calls)
      assert.equal(answers.filter(({ status }) => status === 201).length, 1)
      const { body } = await native('GET', '/profiles/by/user_id/busy')
      assert.equal(body.attributes.n, 40)
      assert.equal(new Set(body.attributes.seen).size, 40)
    })

    test('If-Match refuses what was changed meanwhile', async () => {
      const made = await native('PUT', '/profiles/by/user_id/v', { set: { a: 1 } })
      const path = `/profiles/${made.body.profile.id}`
      const good = await native('PATCH', path, { set: { a: 2 } }, { 'if-match': '"1"' })
      assert.equal(good.status, 200)
      const stale = await native('PATCH', path, { set: { a: 3 } }, { 'if-match': '"1"' })
      assert.deepEqual([stale.status, stale.body.code], [412, 'precondition_failed'])
      const gone = await native('DELETE', path, undefined, { 'if-match': '"1"' })
      assert.equal(gone.status, 412)
      const bad = await native('PATCH', path, { set: { a: 3 } }, { 'if-match': 'W/"x"' })
      assert.equal(bad.body.code, 'malformed_request')
      assert.equal((await native('GET', path)).body.attributes.a, 2)
      assert.equal((await native('DELETE', path, undefined, { 'if-match': '"2"' })).status, 200)
      assert.equal((await native('GET', path)).body.code, 'profile_not_found')
    })

    test('a conflict names the other profile, which can be made to lose the identifier', async () => {
      const [one, two] = [
        await native('PUT', '/profiles/by/user_id/one', {}),
        await native('PUT', '/profiles/by/user_id/two', {}),
      ]
      const ids = [one.body.profile.id, two.body.profile.id]
      const wanted = { identifiers: { user_id: 'one' } }
      const refused = await native('PATCH', `/profiles/${ids[1]}`, wanted)
      assert.deepEqual(
        [refused.status, refused.body.code, refused.body.conflicting_profile_id],
        [409, 'conflict', ids[0]],
      )
      const taken = await native('PATCH', `/profiles/${ids[1]}?on_conflict=take_over`, wanted)
      assert.deepEqual(taken.body.profile.identifiers, [{ kind: 'user_id', value: 'one' }])
      assert.equal((await native('GET', '/profiles/by/user_id/one')).body.id, ids[1])
      const robbed = await native('GET', `/profiles/${ids[0]}`)
      assert.deepEqual([robbed.body.identifiers, robbed.body.version], [[], 2])
      const history = await native('GET', `/profiles/${ids[0]}/history`)
      assert.deepEqual(
        history.body.data.map((each: JsonObject) => [each.of, each.name, each.from, each.to]),
        [
          ['identifier', 'user_id', 'one', null],
          ['identifier', 'user_id', null, 'one'],
        ],
      )
      await native('PATCH', `/profiles/${ids[1]}`, { identifiers: { user_id: null } })
      assert.equal((await native('GET', '/profiles/by/user_id/one')).status, 404)
    })

    test('of many each has its own result, and those about one person keep their order', async () => {
      const by = { kind: 'user_id', value: 'bulk' }
      const answer = await native('POST', '/profiles/bulk', {
        profiles: [
          { by, set: { a: 1, b: null } },
          { by, set: { a: 2 }, set_onec: {} },
          { set: { a: 3 } },
          { by, set: { a: 4 }, increment: { a: 1 } },
          { id: 999, set: {} },
          { by, increment: { a: 10 } },
        ],
      })
      assert.deepEqual(
        answer.body.results.map((each: JsonObject) => [
          each.index,
          each.status,
          each.field ?? null,
        ]),
        [
          [0, 201, null],
          [1, 422, 'set_onec'],
          [2, 422, 'by'],
          [3, 422, 'increment.a'],
          [4, 404, null],
          [5, 200, null],
        ],
      )
      assert.equal(answer.body.results[1].hint, 'Did you mean "set_once"?')
      assert.equal((await native('GET', '/profiles/by/user_id/bulk')).body.attributes.a, 11)
    })

    test('a profile is read as it was at a time', async () => {
      const client = await newClient()
      await client('POST', '/events', { type: 'shop.seen', identifiers: { user_id: 't' } })
      const made = await client('PUT', '/profiles/by/user_id/t', {
        set: { email: 'a@x.org', city: 'Gent' },
        tags: ['x'],
      })
      const path = `/profiles/${made.body.profile.id}`
      const { body: events } = await client('GET', '/events')
      const madeAt = events.data.at(-1).received_at
      while (Date.now() <= Date.parse(madeAt) + 1) await new Promise(setImmediate)
      const between = new Date().toISOString()
      while (Date.now() <= Date.parse(between) + 1) await new Promise(setImmediate)
      await client('PATCH', path, { set: { email: 'b@x.org' }, unset: ['city'], tags: ['y'] })
      await client('POST', '/events', { type: 'shop.left', identifiers: { email: 'b@x.org' } })
      const then = await client('GET', `${path}?at=${encodeURIComponent(between)}`)
      assert.deepEqual(then.body, made.body.profile)
      const long = await client('GET', `${path}?at=2020-01-01T00:00:00Z`)
      assert.equal(long.body.code, 'profile_not_found')
      assert.equal((await client('GET', `${path}?at=soon`)).body.errors[0].field, 'at')
      const line = await client('GET', `${path}/timeline`)
      assert.deepEqual(
        line.body.data.map((each: JsonObject) => each.type),
        ['shop.left', 'profile.updated', 'profile.created', 'shop.seen'],
      )
      const first = await client('GET', `${path}/timeline?limit=2`)
      const rest = await client('GET', `${path}/timeline?limit=2&cursor=${first.body.next_cursor}`)
      assert.deepEqual([...first.body.data, ...rest.body.data], line.body.data)
      assert.equal(rest.body.next_cursor, null)
    })

    test('a dry run says what a write would come to, and stores nothing', async () => {
      const client = await newClient()
      await client('PUT', '/profiles/by/user_id/d', { set: { a: 1 } })
      const size = async () => JSON.stringify((await client('GET', '/events')).body)
      const before = await size()
      const body = { set: { a: 2 }, tags: ['z'] }
      const dry = await client('PUT', '/profiles/by/user_id/d?dry_run=true', body)
      assert.equal(dry.body.profile.attributes.a, 2)
      assert.deepEqual(dry.body.explanations[0].rules[0].because, 'type')
      const { id } = (await client('GET', '/profiles/by/user_id/d')).body
      const gone = await client('DELETE', `/profiles/${id}?dry_run=true`)
      assert.equal(gone.body.events[0].type, 'profile.removed')
      const fresh = await client('PUT', '/profiles/by/user_id/e?dry_run=true', body)
      assert.equal(fresh.body.found_by, 'created')
      assert.equal(await size(), before)
      assert.equal((await client('GET', '/profiles/by/user_id/e')).status, 404)
      assert.equal((await client('GET', `/profiles/${id}`)).body.version, 1)
    })

    test('attributes a workspace does not know are treated as it says', async () => {
      const client = await newClient({ unknownKeys: 'existing-only' })
      const body = { set: { first_name: 'A', fristname: 'B' }, increment: { n: 1 } }
      const answer = await client('PUT', '/profiles/by/user_id/k', body)
      assert.deepEqual(answer.body.profile.attributes, { first_name: 'A' })
      assert.deepEqual(answer.body.dropped, [
        { name: 'fristname', reason: 'unknown_attribute' },
        { name: 'n', reason: 'unknown_attribute' },
      ])
    })

    test('scopes hold for every call', async () => {
      const { workspace } = await roster.newWorkspace()
      const { randomBytes, createHash } = await import('node:crypto')
      const dialect = roster.dialects.find(({ id }) => id === 'native')
      const made = dialect?.tokens.make(randomBytes)
      await roster.store.createToken({
        publicPart: made?.publicPart ?? '',
        secretHash: createHash('sha256')
          .update(made?.secret ?? '')
          .digest('hex'),
        workspaceId: workspace.id,
        dialect: 'native',
        scopes: ['profiles:read'],
        label: '',
      })
      const client = nativeClient(roster.url, made?.shown.token ?? '')
      assert.equal((await client('GET', '/profiles/by/user_id/x')).body.code, 'profile_not_found')
      assert.equal((await client('PUT', '/profiles/by/user_id/x', {})).body.code, 'forbidden')
      assert.equal((await client('POST', '/events', { type: 'a.b' })).body.code, 'forbidden')
      assert.equal((await client('GET', '/events')).body.code, 'forbidden')
      const nobody = nativeClient(roster.url, `${(made?.shown.token ?? '').slice(0, -1)}x`)
      assert.equal((await nobody('GET', '/events')).status, 401)
    })
  })
}
