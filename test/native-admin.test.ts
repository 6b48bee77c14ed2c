import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { starterRules } from '../src/core/rule.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const waiting = {
  name: 'tag-later',
  on: ['order.paid'],
  steps: [{ wait: 'P1D' }, { action: 'add-tag', with: { tag: 'buyer' } }],
}

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster?.close())

    async function enter(): Promise<{ native: NativeClient; world: NewWorkspace }> {
      const world = await roster.newWorkspace()
      return { native: nativeClient(roster.url, world.tokens.native?.token ?? ''), world }
    }

    /** A token with these scopes and no others. */
    async function scoped({ workspace }: NewWorkspace, scopes: string[]): Promise<NativeClient> {
      const dialect = roster.dialects.find(({ id }) => id === 'native')
      const made = dialect?.tokens.make(randomBytes)
      const secretHash = createHash('sha256')
        .update(made?.secret ?? '')
        .digest('hex')
      const of = { workspaceId: workspace.id, dialect: 'native', scopes, label: '' }
      await roster.store.createToken({ publicPart: made?.publicPart ?? '', secretHash, ...of })
      return nativeClient(roster.url, made?.shown.token ?? '')
    }

    test('rules are tried, then taken whole or not at all, and are in force at once', async () => {
      const { native } = await enter()
      const rules = [...starterRules, waiting] as unknown as JsonObject[]
      const example = {
        name: 'buyers are tagged',
        given: { event: { type: 'order.paid' }, profile: { attributes: {} } },
        expect: { tags: ['buyer'] },
      }
      const dry = await native('PUT', '/rules?dry_run=true', { rules, examples: [example] })
      assert.deepEqual(dry.body.changes, [{ change: 'added', name: 'tag-later' }])
      assert.deepEqual(dry.body.examples, [{ name: example.name, passed: true, wrong: [] }])
      assert.equal((await native('GET', '/rules')).body.data.length, 2)

      const wrong = { ...example, expect: { tags: ['seller'] } }
      const failed = await native('PUT', '/rules', { rules, examples: [wrong] })
      assert.equal(failed.body.errors[0].field, 'examples.0')
      const misspelt = [{ ...waiting, steps: [{ action: 'add-tga', with: { tag: 'x' } }] }]
      const refused = await native('PUT', '/rules', { rules: misspelt })
      assert.match(refused.body.errors[0].hint, /add-tag/)
      assert.equal((await native('GET', '/rules')).body.data.length, 2)

      const applied = await native('PUT', '/rules', { rules, examples: [example] })
      assert.equal(applied.body.rules[2].name, 'tag-later')
      const changed = rules.map((rule) =>
        rule.name === 'tag-later' ? { ...rule, on: ['order.paid', 'order.sent'] } : rule,
      )
      await native('PUT', '/rules', { rules: changed })
      const versions = await native('GET', '/rules/tag-later/versions')
      assert.deepEqual(
        versions.body.data.map((each: JsonObject) => [each.version, each.in_force]),
        [
          [2, true],
          [1, false],
        ],
      )
      const off = await native('PATCH', '/rules/tag-later', { enabled: false })
      assert.equal(off.body.enabled, false)
      const unknown = await native('PATCH', '/rules/tag-latre', { enabled: false })
      assert.match(unknown.body.detail, /Did you mean "tag-later"/)
    })

    test('a rule is tried on an event of the log: why, what it sends, and every template', async () => {
      const { native, world } = await enter()
      await native('PUT', '/destinations/shop', { type: 'webhook', url: 'https://shop.example/' })
      const { body: ann } = await native('PUT', '/profiles/by/user_id/u1', {
        set: { plan: 'free' },
      })
      await native('PATCH', `/profiles/${ann.profile.id}`, { set: { plan: 'gold' } })
      const { data } = (await native('GET', '/events?order=desc&limit=1')).body
      const event_id = data[0].id
      const rule = {
        name: 'tell',
        on: ['profile.updated'],
        when: { changed: 'plan', from: { is: 'free' } },
        steps: [
          {
            action: 'webhook',
            with: { destination: 'shop', json: { was: '{{ changes.plan.from }}' } },
          },
          { action: 'set-attributes', with: { attributes: { seen: '{{ profile.plan }}' } } },
          {
            check: { tag: 'vip' },
            otherwise: [{ action: 'add-tag', with: { tag: '{{ event.x }}' } }],
          },
        ],
      }
      const tried = (await native('POST', '/rules/try', { rule, event_id })).body
      assert.equal(tried.matched, true)
      assert.deepEqual(tried.deliveries, [{ step: '0', destination: 'shop' }])
      assert.equal(tried.steps[0].request.body, '{"was":"free"}')
      assert.deepEqual(tried.steps[1].settings, { attributes: { seen: 'gold' } })
      assert.equal(tried.steps[2].step, '2.0')
      assert.equal(tried.steps[2].fault.reason, 'template_value')
      assert.deepEqual(
        tried.events[0].changes.map((change: JsonObject) => [change.name, change.to]),
        [['seen', 'gold']],
      )
      const not = { ...rule, when: { profile: 'plan', is: 'silver' } }
      const other = (await native('POST', '/rules/try', { rule: not, event_id })).body
      assert.deepEqual([other.matched, other.because, other.events], [false, 'condition', []])
      assert.match(other.sentence, /plan/)
      assert.equal(other.steps[0].request.body, '{"was":"free"}')
      const wrong = { ...rule, on: [] }
      const refused = await native('POST', '/rules/try', { rule: wrong, event_id })
      assert.equal(refused.body.errors[0].field, 'rule.on')
      assert.equal((await native('POST', '/rules/try', { rule, event_id: 9_999 })).status, 404)
      const narrow = await scoped(world, ['rules:read', 'events:read'])
      assert.equal((await narrow('POST', '/rules/try', { rule, event_id })).status, 403)
      assert.equal((await native('GET', '/events?order=desc&limit=1')).body.data[0].id, event_id)
    })

    test('of two who change the rules as they were, the second is refused', async () => {
      const { native, world } = await enter()
      const read = await native('GET', '/rules')
      const { etag } = read.body
      assert.equal(read.headers.get('etag'), etag)
      const put = (name: string, tag: string, query = '') => {
        const rules = [{ ...waiting, name }]
        return native('PUT', `/rules${query}`, { rules }, { 'if-match': tag })
      }
      const both = await Promise.all([put('one', etag), put('two', etag)])
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 412])
      const won = both.find(({ status }) => status === 200)
      const lost = both.find(({ status }) => status === 412)
      assert.equal(lost?.body.code, 'precondition_failed')
      const [rule] = (await native('GET', '/rules')).body.data
      assert.equal(rule.name, won?.body.rules[0].name)
      assert.equal((await put('dry', etag, '?dry_run=true')).status, 412)
      const off = await native('PATCH', `/rules/${rule.name}`, { enabled: false })
      assert.equal((await put('three', won?.body.etag)).status, 412, off.body.name)
      assert.equal((await put('three', '"a", "b"')).status, 400)
      assert.equal((await put('three', '*')).status, 200)
      const seen = await roster.store.listRules(world.workspace.id)
      await roster.store.replaceRules(world.workspace.id, [])
      const late = roster.store.replaceRules(world.workspace.id, starterRules, undefined, seen)
      await assert.rejects(late, { code: 'precondition_failed' })
    })

    test('a large set of rules is judged rule by rule', async () => {
      const { native } = await enter()
      const many = Array.from({ length: 200 }, (_, n) => {
        const steps = Array.from({ length: 5 }, () => ({ action: 'add-tag', with: { tag: 'x' } }))
        return { name: `r${n}`, on: ['a.b'], steps }
      })
      const answer = await native('PUT', '/rules', { rules: many })
      assert.deepEqual([answer.status, answer.body.rules.length], [200, 200])
    })

    test('runs are listed, read and cancelled', async () => {
      const { native } = await enter()
      const rules = [waiting, { ...waiting, name: 'tag-too' }]
      await native('PUT', '/rules', { rules })
      const made = await native('PUT', '/profiles/by/user_id/r', {})
      const of = { type: 'order.paid', identifiers: { user_id: 'r' } }
      const events = [await native('POST', '/events', of), await native('POST', '/events', of)]
      const first = await native('GET', '/runs?limit=1&state=waiting')
      assert.deepEqual(
        first.body.data.map((each: JsonObject) => each.event_id),
        [events[1]?.body.id, events[1]?.body.id],
      )
      const rest = await native('GET', `/runs?limit=1&cursor=${first.body.next_cursor}`)
      assert.deepEqual([rest.body.data.length, rest.body.next_cursor], [2, null])
      const { id, profile_id } = rest.body.data[0]
      assert.equal(profile_id, made.body.profile.id)
      const cancelled = await native('POST', `/runs/${id}/cancel`)
      assert.deepEqual([cancelled.body.state, cancelled.body.reason], ['cancelled', 'operator'])
      assert.equal((await native('POST', `/runs/${id}/cancel`)).body.code, 'conflict')
      assert.equal((await native('GET', `/runs/${id}`)).body.state, 'cancelled')
      assert.equal((await native('GET', '/runs/999:nobody')).body.code, 'not_found')
      const explained = await native('GET', `/events/${events[0]?.body.id}?explain=true`)
      assert.equal(explained.body.explanation.rules[0].run.rule, 'tag-later')
    })

    test('a token hands out what it has itself, and a revoked one is refused', async () => {
      const { native, world } = await enter()
      const made = await native('POST', '/tokens', { dialect: 'native', scopes: ['events:read'] })
      const client = nativeClient(roster.url, made.body.token.token)
      assert.equal((await client('GET', '/events')).status, 200)
      const vendor = await native('POST', '/tokens', { dialect: 'usercom', label: 'shop' })
      const called = await fetch(`${roster.url}/api/public/users/`, {
        headers: { authorization: `Token ${vendor.body.token.token}` },
      })
      assert.notEqual(called.status, 401)
      const limited = await scoped(world, ['tokens:write', 'tokens:read', 'events:read'])
      const attempts: [JsonObject, number][] = [
        [{ dialect: 'native', scopes: ['events:read'] }, 201],
        [{ dialect: 'native', scopes: ['events:write'] }, 403],
        [{ dialect: 'native' }, 403],
        [{ dialect: 'usercom' }, 403],
      ]
      for (const [body, status] of attempts) {
        assert.equal((await limited('POST', '/tokens', body)).status, status)
      }
      const beyond = { dialect: 'native', scopes: ['workspaces:manage'] }
      assert.equal((await native('POST', '/tokens', beyond)).status, 403)
      const misspelt = await native('POST', '/tokens', {
        dialect: 'native',
        scopes: ['event:read'],
      })
      assert.match(misspelt.body.errors[0].hint, /events:read/)
      const listed = (await limited('GET', '/tokens')).body.data
      const its = listed.find((each: JsonObject) =>
        `${made.body.token.token}`.includes(`${each.public_part}`),
      )
      assert.equal((await native('DELETE', `/tokens/${its.public_part}`)).status, 204)
      assert.equal((await client('GET', '/events')).status, 401)
      const { native: other } = await enter()
      assert.equal((await other('DELETE', `/tokens/${listed[0].public_part}`)).status, 404)
    })

    test('the catalogue tells what attributes are like', async () => {
      const { native } = await enter()
      const profiles = Array.from({ length: 700 }, (_, n) => ({
        by: { kind: 'user_id', value: `u${n}` },
        set: { n, ...(n % 2 === 0 ? { city: 'Gent' } : {}), first_name: n === 0 ? 7 : 'A' },
      }))
      await native('POST', '/profiles/bulk', { profiles })
      const { body } = await native('GET', '/attributes')
      assert.equal(body.sampled_profiles, 500)
      const of = (name: string) => body.data.find((each: JsonObject) => each.name === name)
      assert.deepEqual([of('n').types, of('n').fill_rate], [{ integer: 500 }, 1])
      assert.ok(Math.abs(of('city').fill_rate - 0.5) < 0.1)
      assert.equal(of('first_name').standard, 'text')
      assert.deepEqual(of('first_name').types, { integer: 1, text: 499 })
      assert.deepEqual(of('city').sources, ['native'])
      assert.ok(Date.parse(of('n').first_seen) <= Date.parse(of('n').last_seen))
      const few = await enter()
      await few.native('PUT', '/profiles/by/user_id/one', { set: { a: [1] } })
      const gone = await few.native('PUT', '/profiles/by/user_id/two', { set: { a: true } })
      await few.native('DELETE', `/profiles/${gone.body.profile.id}`)
      const exact = (await few.native('GET', '/attributes')).body
      assert.deepEqual([exact.sampled_profiles, exact.data[0].types], [1, { list: 1 }])
    })

    test('settings are changed in parts, and wrong ones are refused', async () => {
      const { native } = await enter()
      const changed = await native('PATCH', '/workspace/settings', { phone_region: 'NL' })
      assert.equal(changed.body.settings.phone_region, 'NL')
      assert.equal(changed.body.settings.email_matching, true)
      for (const wrong of [
        { phone_region: 'QQ' },
        { phone_region: 'nl' },
        { allowed_origins: ['shop.example'] },
        { unknown_keys: 'maybe' },
        { emailMatching: false },
      ]) {
        assert.equal((await native('PATCH', '/workspace/settings', wrong)).status, 422)
      }
      assert.deepEqual((await native('GET', '/workspace')).body, changed.body)
    })

    test('workspaces are managed only with the scope that says so by name', async () => {
      const { native, world } = await enter()
      assert.equal((await native('GET', '/workspaces')).status, 403)
      const manager = await scoped(world, ['workspaces:manage'])
      const name = `made-${randomBytes(4).toString('hex')}`
      const made = await manager('POST', '/workspaces', { name })
      assert.equal((await manager('POST', '/workspaces', { name })).body.code, 'conflict')
      const inside = nativeClient(roster.url, made.body.token.token)
      assert.equal((await inside('GET', '/workspace')).body.name, name)
      assert.equal((await manager('DELETE', `/workspaces/${world.workspace.name}`)).status, 409)
      assert.equal((await manager('DELETE', `/workspaces/${name}`)).status, 204)
      assert.equal((await inside('GET', '/workspace')).status, 401)
      assert.equal((await manager('DELETE', `/workspaces/${name}`)).status, 404)
    })

    test('what operators would change is told, and nothing is stored by it', async () => {
      const { native, world } = await enter()
      const all = await scoped(world, ['tokens:write', 'workspaces:manage'])
      const { public_part: token } = (await native('GET', '/tokens')).body.data[0]
      const shop = { type: 'webhook', url: 'https://shop.example/hook' }
      await native('PUT', '/destinations/shop', shop)
      await native('PUT', '/rules', { rules: [waiting as unknown as JsonObject] })
      await native('POST', '/events', { type: 'order.paid', identifiers: { user_id: '1' } })
      await native('PUT', '/profiles/by/user_id/1', { set: { a: 1 } })
      await native('POST', '/events', { type: 'order.paid', identifiers: { user_id: '1' } })
      const [run] = (await native('GET', '/runs')).body.data
      const other = await all('POST', '/workspaces', { name: `dry-${world.workspace.id}` })
      const audit = async () => (await native('GET', '/audit?limit=100')).body.data.length
      const before = await audit()
      const tried = async (
        method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
        path: string,
        body?: JsonObject,
      ) => {
        const answer = await native(method, `${path}?dry_run=true`, body)
        assert.equal(answer.status, 200, `${path} ${JSON.stringify(answer.body)}`)
        return answer.body.changes
      }
      const change = (field: string, from: unknown, to: unknown) => [{ field, from, to }]
      const wanted = { event_days: 9, phone_region: null }
      assert.deepEqual(
        await tried('PATCH', '/workspace/settings', wanted),
        change('event_days', null, 9),
      )
      assert.deepEqual(
        await tried('PATCH', '/rules/tag-later', { enabled: false }),
        change('enabled', true, false),
      )
      assert.deepEqual(await tried('PATCH', '/rules/tag-later', { enabled: true }), [])
      const moved = { ...shop, url: 'https://new.example/hook' }
      assert.deepEqual(
        await tried('PUT', '/destinations/shop', moved),
        change('url', shop.url, moved.url),
      )
      const fresh = await tried('PUT', '/destinations/fresh', shop)
      assert.deepEqual(fresh[0], { field: 'type', from: null, to: 'webhook' })
      assert.deepEqual(
        await tried('POST', '/destinations/shop/pause'),
        change('state', 'active', 'paused'),
      )
      assert.deepEqual(await tried('POST', '/destinations/shop/resume'), [])
      assert.deepEqual(
        await tried('POST', `/runs/${run.id}/cancel`),
        change('state', 'waiting', 'cancelled'),
      )
      assert.deepEqual(await tried('PATCH', `/tokens/${token}`, { rate_limit: 'off' }), [])
      const [revoked] = await tried('DELETE', `/tokens/${token}`)
      assert.deepEqual([revoked.field, revoked.from], ['revoked_at', null])
      const gone = await all('DELETE', `/workspaces/${other.body.workspace.name}?dry_run=true`)
      const { profiles, tokens } = gone.body
      assert.deepEqual([gone.status, profiles, tokens], [200, 0, 1])
      // A wrong call is refused as it would be in earnest.
      for (const [method, path, status] of [
        ['POST', '/destinations/none/pause', 404],
        ['PATCH', '/rules/none', 404],
        ['DELETE', '/tokens/none', 404],
        ['POST', '/runs/1:none/cancel', 404],
      ] as const) {
        const body = method === 'PATCH' ? { enabled: true } : undefined
        assert.equal((await native(method, `${path}?dry_run=true`, body)).status, status, path)
      }
      assert.equal(await audit(), before)
      assert.equal((await native('GET', `/runs/${run.id}`)).body.state, 'waiting')
      assert.equal((await native('GET', '/destinations/shop')).body.state, 'active')
      assert.equal((await native('GET', '/destinations/fresh')).status, 404)
    })

    test('what operators change is told, with who did it', async () => {
      const { native, world } = await enter()
      await native('PATCH', '/workspace/settings', { phone_region: 'BE' })
      await native('PUT', '/rules', { rules: [waiting] })
      const answer = await native('PATCH', '/rules/tag-later', { enabled: false })
      const { body } = await native('GET', '/audit?limit=3')
      assert.deepEqual(
        body.data.map((each: JsonObject) => [each.action, each.target]),
        [
          ['rule.disabled', 'tag-later'],
          ['rules.replaced', 'rules'],
          ['settings.updated', world.workspace.name],
        ],
      )
      assert.deepEqual(body.data[0].by, {
        via: 'native',
        name: world.tokens.native?.token?.split('_')[1],
        request_id: answer.headers.get('x-request-id'),
      })
      assert.deepEqual(body.data[1].details.changes[0], { change: 'added', name: 'tag-later' })
      assert.deepEqual(body.data[2].details, { phoneRegion: { from: null, to: 'BE' } })
      const rest = await native('GET', `/audit?cursor=${body.next_cursor}`)
      assert.equal(rest.body.data.at(-1).action, 'workspace.created')
      assert.equal(rest.body.data.at(-1).by.via, 'server')
    })
  })
}
