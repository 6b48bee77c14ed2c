import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/*
 * The vendor's clients in the wild are like this one: published, and not to be changed. It is the
 * package as it came; only the address of its own axios instance is set, which it leaves open.
 */

type Callback = (error: unknown, answer?: never) => void

interface Client {
  client: { defaults: { baseURL: string; proxy?: object } }
  users: {
    get(id: string, callback: Callback): void
    update(id: string, user: object, callback: Callback): void
    delete(id: string, callback: Callback): void
    events: {
      create(userId: string, name: string, property: object | null, callback: Callback): void
      get(userId: string, parameters: object, callback: Callback): void
      delete(userId: string, eventId: string, callback: Callback): void
    }
  }
}

interface User {
  id: string
  memberId: string
  profile: { [key: string]: unknown }
}

const ChannelIO = createRequire(import.meta.url)('node-channelio') as new (
  accessKey: string,
  accessSecret: string,
) => Client

for (const engine of engines) {
  describe(`node-channelio on ${engine.name}`, () => {
    let roster: RunningRoster
    let keys: { accessKey: string; accessSecret: string }
    before(async () => {
      roster = await startRoster(engine)
      const { tokens } = await roster.newWorkspace()
      const { accessKey = '', accessSecret = '' } = tokens.channeltalk ?? {}
      keys = { accessKey, accessSecret }
    })
    after(() => roster?.close())

    const newClient = ({ accessKey, accessSecret } = keys) => {
      const client = new ChannelIO(accessKey, accessSecret)
      client.client.defaults.baseURL = `${roster.url}/open`
      return client
    }

    test('creates, reads and updates a member with the values it sent', async () => {
      const { users } = newClient()
      const profile = { name: 'Gabrielle', testDate: 1_605_500_047, score: 1.5, vip: true }
      const made = await told<{ user: User }>((done) => users.update('@m1', { profile }, done))
      assert.match(made.user.id, /^[0-9a-f]{20}$/)
      assert.equal(made.user.memberId, 'm1')
      const read = await told<{ user: User }>((done) => users.get('@m1', done))
      assert.deepEqual(read, made)
      const byId = await told<{ user: User }>((done) => users.get(made.user.id, done))
      for (const [key, value] of Object.entries(profile)) {
        assert.strictEqual(byId.user.profile[key], value)
      }
      const changed = await told<{ user: User }>((done) =>
        users.update('@m1', { profile: { name: 'Coco' } }, done),
      )
      assert.equal(changed.user.id, made.user.id)
      assert.deepEqual(changed.user.profile, { ...profile, name: 'Coco' })
    })

    test('records, lists and deletes an event', async () => {
      const { users } = newClient()
      const { user } = await told<{ user: User }>((done) => users.update('@m2', {}, done))
      const { event } = await told<{ event: { id: string; name: string } }>((done) =>
        users.events.create(user.id, 'test', null, done),
      )
      assert.equal(event.name, 'test')
      await told((done) => users.events.create(user.id, 'newer', { price: 3 }, done))
      const list = () =>
        told<{ events: { id: string; userId: string; name: string; property: object }[] }>((done) =>
          users.events.get(user.id, { limit: 10 }, done),
        )
      const [newest, oldest] = (await list()).events
      assert.equal(newest?.name, 'newer')
      assert.deepEqual(newest?.property, { price: 3 })
      assert.equal(oldest?.id, event.id)
      assert.equal(oldest?.userId, user.id)
      await told((done) => users.events.delete(user.id, event.id, done))
      assert.deepEqual(
        (await list()).events.map(({ name }) => name),
        ['newer'],
      )
    })

    test('deletes a member, and then finds nobody', async () => {
      const { users } = newClient()
      await told((done) => users.update('@m3', {}, done))
      await told((done) => users.delete('@m3', done))
      const error = await refusal((done) => users.get('@m3', done))
      assert.equal(error.type, 'userNotFound')
    })

    test('is told of every refusal, which it takes from the body alone', async () => {
      const { users } = newClient({ ...keys, accessSecret: '0'.repeat(32) })
      assert.equal((await refusal((done) => users.get('@m1', done))).status, 401)
      const own = newClient().users
      assert.equal((await refusal((done) => own.update('a', {}, done))).status, 405)
      const wrong = await refusal((done) => own.update('@m1', { profile: 7 }, done))
      assert.deepEqual([wrong.status, wrong.errors[0]?.field], [422, 'profile'])
    })

    test('comes by a proxy with the vendor’s own address', async () => {
      const client = new ChannelIO(keys.accessKey, keys.accessSecret)
      assert.equal(client.client.defaults.baseURL, 'https://api.channel.io/open')
      const { hostname, port } = new URL(roster.url)
      client.client.defaults.proxy = { protocol: 'http', host: hostname, port: Number(port) }
      const made = await told<{ user: User }>((done) =>
        client.users.update('@m4', { profile: { name: 'By proxy' } }, done),
      )
      const read = await told<{ user: User }>((done) => newClient().users.get('@m4', done))
      assert.deepEqual(read, made)
    })
  })
}

/** What a call is told when it went well. */
function told<Answer>(call: (done: Callback) => void): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  call((error, answer) => {
    if (error) reject(new Error(JSON.stringify(error)))
    else resolve(answer as Answer)
  })
  return promise
}

interface Refusal {
  type: string
  status: number
  errors: { field?: string }[]
}

function refusal(call: (done: Callback) => void): Promise<Refusal> {
  const { promise, resolve, reject } = Promise.withResolvers<Refusal>()
  call((error) => {
    if (error) resolve(error as Refusal)
    else reject(new Error('the call was not refused'))
  })
  return promise
}
