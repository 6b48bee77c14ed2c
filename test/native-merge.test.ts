import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster?.close())

    async function enter(): Promise<NativeClient> {
      const world = await roster.newWorkspace({ emailMatching: false })
      return nativeClient(roster.url, world.tokens.native?.token ?? '')
    }

    async function person(native: NativeClient, key: string, body: JsonObject): Promise<number> {
      const [kind, value] = key.split(':')
      return (await native('PUT', `/profiles/by/${kind}/${value}`, body)).body.profile.id
    }

    const read = async (native: NativeClient, id: number) => {
      const { body } = await native('GET', `/profiles/${id}`)
      const { version: _, updated_at: __, ...rest } = body
      return { ...rest, identifiers: sorted(rest.identifiers) }
    }

    test('a merge is looked at before it is made, and old ids lead to who stays', async () => {
      const native = await enter()
      const stays = await person(native, 'user_id:a', { set: { city: 'Gent', email: 'a@x.org' } })
      const goes = await person(native, 'crm.id:b', { set: { city: 'Lier', plan: 'pro' } })
      const body = { from: [{ id: goes }] }
      const { body: dry } = await native('POST', `/profiles/${stays}/merge?dry_run=true`, body)
      assert.deepEqual(dry.conflicts, [
        { name: 'city', kept: 'Gent', lost: 'Lier', profile_id: goes },
      ])
      assert.deepEqual([dry.refused, dry.risks, dry.profile.attributes.plan], [false, [], 'pro'])
      assert.equal((await native('GET', `/profiles/${goes}`)).body.id, goes)
      const made = await native('POST', `/profiles/${stays}/merge`, body)
      assert.deepEqual(made.body.profiles, [goes])
      for (const path of [`/profiles/${goes}`, '/profiles/by/crm.id/b', '/profiles/by/user_id/a']) {
        const { body: found } = await native('GET', path)
        assert.deepEqual([found.id, found.attributes.plan], [stays, 'pro'], path)
      }
      const patched = await native('PATCH', `/profiles/${goes}`, { set: { seen: true } })
      assert.equal(patched.body.profile.id, stays)
      assert.deepEqual((await native('POST', `/profiles/${stays}/merge`, body)).body.profiles, [])
      const nobody = await native('POST', `/profiles/${stays}/merge`, { from: [{ id: 999 }] })
      assert.deepEqual([nobody.status, nobody.body.errors[0].field], [404, 'from.0'])
      const self = { from: [{ id: stays }] }
      assert.deepEqual((await native('POST', `/profiles/${stays}/merge`, self)).body.profiles, [])
    })

    test('what the guards hold back is listed, and accepted or rejected by somebody', async () => {
      const native = await enter()
      const [a, b, c] = await Promise.all([
        ...[person(native, 'user_id:a', {}), person(native, 'user_id:b', {})],
        person(native, 'user_id:c', { identifiers: { 'crm.id': 'x' } }),
      ])
      const merge = (from: number) =>
        native('POST', `/profiles/${a}/merge`, { from: [{ id: from }] })
      for (const from of [b, b]) assert.equal((await merge(from ?? 0)).status, 409)
      const writing = { identifiers: { 'crm.id': 'x' } }
      const write = () => native('PUT', '/profiles/by/user_id/a?on_conflict=merge', writing)
      assert.equal((await write()).body.code, 'merge_refused')
      const held = async (query = '') => (await native('GET', `/held-merges${query}`)).body.data
      const [first, second] = await held()
      assert.deepEqual(
        [first.profile_id, first.from, first.times, first.risks[0].code],
        [a, [b], 2, 'several_user_ids'],
      )
      assert.deepEqual([second.profile_id, second.from, second.times], [a, [c], 1])

      const rejected = await native('POST', `/held-merges/${second.id}/reject`)
      assert.deepEqual([rejected.status, rejected.body.state], [200, 'rejected'])
      assert.equal((await write()).status, 409)
      assert.deepEqual(
        (await held()).map((each: JsonObject) => each.id),
        [first.id],
      )
      assert.equal((await held('?state=rejected'))[0].id, second.id)

      const accepted = await native('POST', `/held-merges/${first.id}/accept`)
      assert.deepEqual([accepted.body.profile.id, accepted.body.profiles], [a, [b]])
      assert.deepEqual(await held(), [])
      const gone = await native('POST', `/held-merges/${first.id}/accept`)
      assert.deepEqual([gone.status, gone.body.code], [404, 'record_not_found'])
      const undo = { event_id: accepted.body.event_id }
      assert.deepEqual((await native('POST', `/profiles/${a}/unmerge`, undo)).body.profiles, [b])
      // Who was removed meanwhile is nobody's question any more.
      await merge(b ?? 0)
      assert.equal((await held()).length, 1)
      await native('DELETE', `/profiles/${b}`)
      assert.deepEqual(await held(), [])
    })

    test('guards refuse what is perhaps not one person, and can be told to let it be', async () => {
      const native = await enter()
      const a = await person(native, 'user_id:a', {})
      const b = await person(native, 'user_id:b', {})
      const zero = await person(native, 'crm.id:000', {})
      const refused = await native('POST', `/profiles/${a}/merge`, { from: [{ id: b }] })
      assert.deepEqual([refused.status, refused.body.code], [409, 'merge_refused'])
      assert.equal(refused.body.conflicting_profile_id, b)
      const placeholder = await native('POST', `/profiles/${a}/merge`, { from: [{ id: zero }] })
      assert.equal(placeholder.body.errors[0].field, `profiles.${zero}`)
      const many = await person(native, 'many:m0', {})
      for (let n = 1; n <= 10; n++) {
        const from = [{ id: await person(native, `many:m${n}`, {}) }]
        const { body } = await native('POST', `/profiles/${many}/merge`, { from })
        assert.equal(body.code, n < 10 ? undefined : 'merge_refused', `${n}`)
      }
      const dry = await native('POST', `/profiles/${a}/merge?dry_run=true`, { from: [{ id: b }] })
      assert.deepEqual([dry.body.refused, dry.body.risks[0].code], [true, 'several_user_ids'])
      const meant = { from: [{ by: { kind: 'user_id', value: 'b' } }], guards: false }
      assert.equal((await native('POST', `/profiles/${a}/merge`, meant)).status, 200)
      assert.equal((await native('GET', '/profiles/by/user_id/b')).body.id, a)
    })

    test('a merge is undone: everybody is as before, and what changed since stays', async () => {
      const native = await enter()
      const given = { set: { email: 'b@x.org', plan: 'pro', city: 'Lier' }, tags: ['t', 'u'] }
      const stays = await person(native, 'user_id:a', { set: { name: 'A' }, tags: ['t'] })
      const goes = await person(native, 'crm.id:b', given)
      const was = [await read(native, stays), await read(native, goes)]
      const listed = (await native('GET', '/profiles')).body.data.length
      const made = await native('POST', `/profiles/${stays}/merge`, { from: [{ id: goes }] })
      const event_id = made.body.event_id
      const undo = { event_id }
      const { errors } = (await native('POST', `/profiles/${stays}/unmerge`, {})).body
      assert.deepEqual(errors, [{ field: 'event_id', message: 'Is missing.' }])
      const dry = await native('POST', `/profiles/${stays}/unmerge?dry_run=true`, undo)
      assert.equal(dry.body.profile.attributes.plan, undefined)
      assert.equal((await native('GET', `/profiles/${goes}`)).body.id, stays)
      const undone = await native('POST', `/profiles/${stays}/unmerge`, undo)
      assert.deepEqual([undone.body.profiles, undone.body.dropped], [[goes], []])
      assert.deepEqual([await read(native, stays), await read(native, goes)], was)
      assert.equal((await native('GET', '/profiles')).body.data.length, listed)
      assert.equal((await native('GET', '/profiles/by/email/b@x.org')).body.id, goes)
      const tagged = `where=${encodeURIComponent('{"tag":"u"}')}`
      const [only, ...more] = (await native('GET', `/profiles?${tagged}`)).body.data
      assert.deepEqual([only.id, more], [goes, []])
      const twice = await native('POST', `/profiles/${stays}/unmerge`, undo)
      assert.deepEqual([twice.status, twice.body.code], [409, 'conflict'])
      const types = (await native('GET', `/profiles/${goes}/timeline`)).body.data
      assert.deepEqual(types.map((each: JsonObject) => each.type).slice(0, 2), [
        'profile.restored',
        'profile.absorbed',
      ])

      const again = await native('POST', `/profiles/${stays}/merge`, { from: [{ id: goes }] })
      await native('PATCH', `/profiles/${stays}`, { set: { plan: 'free' } })
      const other = await person(native, 'user_id:c', {})
      const take = { identifiers: { 'crm.id': 'b' } }
      await native('PATCH', `/profiles/${other}?on_conflict=take_over`, take)
      const late = await native('POST', `/profiles/${stays}/unmerge`, {
        event_id: again.body.event_id,
      })
      assert.deepEqual(
        late.body.dropped.map((each: JsonObject) => [each.name, each.reason]),
        [
          ['plan', 'changed_since'],
          ['crm.id', 'changed_since'],
        ],
      )
      assert.equal(late.body.profile.attributes.plan, 'free')
      assert.equal((await native('GET', `/profiles/${goes}`)).body.attributes.plan, 'pro')
      assert.equal((await native('GET', '/profiles/by/crm.id/b')).body.id, other)
      const wrong = await native('POST', `/profiles/${other}/unmerge`, undo)
      assert.equal(wrong.body.code, 'not_found')
    })

    test('a conflict is refused, taken over or merged, as the caller says', async () => {
      const native = await enter()
      const owner = await person(native, 'crm.id:x', { set: { plan: 'pro' } })
      const mine = await person(native, 'user_id:m', {})
      const claim = { identifiers: { 'crm.id': 'x' }, set: { city: 'Gent' } }
      const refused = await native('PUT', '/profiles/by/user_id/m', claim)
      assert.deepEqual([refused.status, refused.body.conflicting_profile_id], [409, owner])
      const merged = await native('PUT', '/profiles/by/user_id/m?on_conflict=merge', claim)
      assert.deepEqual([merged.body.profile.id, merged.body.merged], [mine, [owner]])
      assert.deepEqual({ ...merged.body.profile.attributes }, { plan: 'pro', city: 'Gent' })
      assert.equal((await native('GET', `/profiles/${owner}`)).body.id, mine)
      const fresh = { identifiers: { 'crm.id': 'x' } }
      const found = await native('PUT', '/profiles/by/shop.id/9?on_conflict=merge', fresh)
      assert.deepEqual([found.status, found.body.profile.id], [200, mine])
      const another = await native('PUT', '/profiles/by/user_id/n?on_conflict=merge', fresh)
      assert.deepEqual(
        [another.status, another.body.code, another.body.conflicting_profile_id],
        [409, 'merge_refused', mine],
      )
    })

    test('another workspace neither merges, unmerges nor erases, nor sees what it could', async () => {
      const [native, other] = [await enter(), await enter()]
      const stays = await person(native, 'user_id:a', {})
      const goes = await person(native, 'crm.id:b', {})
      const from = [{ id: goes }]
      const { body } = await native('POST', `/profiles/${stays}/merge`, { from })
      const { event_id } = body
      const calls: [string, JsonObject][] = [
        [`/profiles/${stays}/merge`, { from }],
        [`/profiles/${stays}/unmerge`, { event_id }],
        [`/profiles/${stays}/erase`, { confirm: stays }],
      ]
      for (const [path, given] of calls) {
        assert.equal((await other('POST', path, given)).status, 404, path)
      }
      assert.equal((await native('GET', `/profiles/${goes}`)).body.id, stays)
    })

    test('a merge under one key is one merge, also of those that come at once', async () => {
      const native = await enter()
      const stays = await person(native, 'user_id:a', {})
      const goes = await person(native, 'crm.id:b', {})
      const calls = Array.from({ length: 6 }, () =>
        native('POST', `/profiles/${stays}/merge`, { from: [{ id: goes }] }),
      )
      const answers = await Promise.all(calls)
      assert.equal(answers.filter(({ body }) => body.profiles.length > 0).length, 1)
      const key = { 'idempotency-key': 'undo-1' }
      const event_id = answers.find(({ body }) => body.profiles.length > 0)?.body.event_id
      const path = `/profiles/${stays}/unmerge`
      const first = await native('POST', path, { event_id }, key)
      const second = await native('POST', path, { event_id }, key)
      assert.deepEqual([first.body.repeated, second.body.repeated], [false, true])
      assert.equal(first.body.event_id, second.body.event_id)
    })
  })
}

function sorted(identifiers: { kind: string; value: string }[]): string[] {
  return identifiers.map(({ kind, value }) => `${kind}:${value}`).sort()
}
