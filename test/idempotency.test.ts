import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { send, type WireRequest } from './kit/http-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/** One writing call of each dialect; `name` makes bodies differ. */
const calls: { [dialect: string]: (world: NewWorkspace, name: string) => WireRequest } = {
  copernica: ({ tokens }, name) => ({
    method: 'POST',
    path: '/v4/events/user/update',
    headers: { authorization: `Bearer ${tokens.copernica?.token}`, ...json },
    body: JSON.stringify({ email: 'a@example.org', firstname: name }),
  }),
  usercom: ({ tokens }, name) => ({
    method: 'POST',
    path: '/api/public/users/update_or_create/',
    headers: { authorization: `Token ${tokens.usercom?.token}`, ...json },
    body: JSON.stringify({ user_id: 'u-1', first_name: name }),
  }),
  channeltalk: ({ tokens }, name) => ({
    method: 'PUT',
    path: '/open/v5/users/@u-1',
    headers: {
      'x-access-key': tokens.channeltalk?.accessKey,
      'x-access-secret': tokens.channeltalk?.accessSecret,
      ...json,
    },
    body: JSON.stringify({ profile: { name } }),
  }),
}

const json = { 'content-type': 'application/json' }
const refusals: { [dialect: string]: { reused: number; bad: number } } = {
  copernica: { reused: 400, bad: 400 },
  usercom: { reused: 422, bad: 400 },
  channeltalk: { reused: 422, bad: 400 },
}

function withKey(request: WireRequest, key: string): WireRequest {
  return { ...request, headers: { ...request.headers, 'idempotency-key': key } }
}

for (const engine of engines) {
  describe(`idempotency keys on ${engine.name}`, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster.close())

    for (const [dialect, call] of Object.entries(calls)) {
      test(`${dialect}: a repeat is answered as the first was, and logs nothing`, async () => {
        const world = await roster.newWorkspace()
        const first = await send(roster.url, withKey(call(world, 'Ann'), 'key-1'))
        assert.equal(first.headers['idempotent-replayed'], undefined)
        await send(roster.url, call(world, 'Bea'))
        const { length } = await roster.store.readEvents(world.workspace.id, 0, 100)
        const again = await send(roster.url, withKey(call(world, 'Ann'), 'key-1'))
        assert.deepEqual([again.status, again.text], [first.status, first.text])
        assert.equal(again.headers['idempotent-replayed'], 'true')
        assert.equal((await roster.store.readEvents(world.workspace.id, 0, 100)).length, length)
      })

      test(`${dialect}: another body, and a key that is none, are refused`, async () => {
        const world = await roster.newWorkspace()
        await send(roster.url, withKey(call(world, 'Ann'), 'key-1'))
        const { length } = await roster.store.readEvents(world.workspace.id, 0, 100)
        const reused = await send(roster.url, withKey(call(world, 'Bea'), 'key-1'))
        assert.equal(reused.status, refusals[dialect]?.reused)
        assert.match(reused.text, /idempotency key/)
        for (const key of ['two words', 'x'.repeat(256), 'é']) {
          const bad = await send(roster.url, withKey(call(world, 'Bea'), key))
          assert.equal(bad.status, refusals[dialect]?.bad, key)
        }
        assert.equal((await roster.store.readEvents(world.workspace.id, 0, 100)).length, length)
      })

      test(`${dialect}: of calls at the same time one is carried out`, async () => {
        const world = await roster.newWorkspace()
        const request = withKey(call(world, 'Ann'), 'key-1')
        const answers = await Promise.all(
          Array.from({ length: 16 }, () => send(roster.url, request)),
        )
        const done = answers.filter(({ status }) => status < 300)
        assert.ok(done.length > 0)
        assert.equal(new Set(done.map(({ text }) => text)).size, 1)
        for (const answer of answers.filter(({ status }) => status >= 300)) {
          assert.equal(answer.status, dialect === 'copernica' ? 400 : 409)
          assert.equal(answer.headers['retry-after'], '1')
        }
        const log = await roster.store.readEvents(world.workspace.id, 0, 100)
        assert.equal(log.filter(({ cause }) => cause === null).length, 1)
      })
    }
  })
}
