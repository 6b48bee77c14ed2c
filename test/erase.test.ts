import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import pg from 'pg'
import type { JsonObject } from '../src/core/json.ts'
import { type Engine, engines, type Place } from './kit/engines.ts'
import { until } from './kit/follow-up-site.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { ownServer } from './kit/postgres.ts'
import { receiver } from './kit/receiver.ts'
import { rosterBin, spawnRoster } from './kit/spawn-roster.ts'
import { tempFolder } from './kit/temp-folder.ts'

ownServer()

const canaries = Array.from({ length: 32 }, (_, n) => `c${n + 1}x${randomBytes(6).toString('hex')}`)
const c = (n: number) => canaries[n - 1] as string
/** Names of attributes, of which only the first is had by one person alone. */
const [lone, shared] = [c(32), `both${randomBytes(6).toString('hex')}`]
const bystander = `stays${randomBytes(6).toString('hex')}`

for (const engine of engines) {
  test(`${engine.name}: after an erasure no byte of a person is left in files and logs`, async () => {
    using folder = tempFolder()
    const place = await engine.newPlace(folder.path)
    using shop = await receiver((_call, response) => void response.writeHead(400).end(c(27)))
    const env = { ...place.env }
    const server = await spawnRoster({ dataDir: folder.path, env })
    try {
      const roster = async (...words: string[]) => {
        const own = { ...process.env, ...env, NODE_TEST_CONTEXT: undefined }
        const child = spawn(rosterBin, words, { env: { ...own, ROSTER_DATA: folder.path } })
        const [out, err, [code]] = await Promise.all([
          ...[text(child.stdout), text(child.stderr)],
          once(child, 'close') as Promise<[number]>,
        ] as const)
        return { code, out, err }
      }
      const made = await roster('token', 'create', '--dialect', 'native', '--json')
      const native = nativeClient(server.url, (JSON.parse(made.out) as { token: string }).token)
      const id = await live(native, shop.url)
      const before = found(await folders(engine, place, folder.path), server.output())
      // What was overwritten may be gone already; everything that is stored is there.
      assert.ok(before.length >= 24, `${before.length} of 32 are there to begin with`)

      const wrong = await native('POST', `/profiles/${id}/erase`, { confirm: id + 1 })
      assert.equal(wrong.body.errors[0].field, 'confirm')
      assert.equal((await roster('erase', String(id))).code, 2)
      const { body } = await native('POST', `/profiles/${id}/erase`, { confirm: id })
      assert.equal(body.erased.profiles, 2)
      assert.ok(body.erased.events > 10 && body.erased.deliveries > 0 && body.erased.runs > 0)
      for (const path of [`/profiles/${id}`, `/profiles/by/user_id/${c(5)}`]) {
        assert.equal((await native('GET', path)).status, 404, path)
      }
      const { data } = (await native('GET', '/audit?limit=1')).body
      assert.deepEqual([data[0].action, data[0].target], ['profile.erased', String(id)])
      assert.equal(data[0].id, body.receipt_id)
      assert.deepEqual((await native('GET', `/erasures/${body.receipt_id}`)).body, body)
      assert.equal((await native('GET', '/erasures/1')).status, 404)
      assert.ok(body.fingerprints.length >= 6, 'of each identifier there was, and of former ones')
      const erased = async (query: string) => {
        const { data } = (await native('GET', `/erasures?${query}`)).body
        return data.map((each: JsonObject) => each.profile_id)
      }
      for (const [kind, value] of [
        ...[
          ['user_id', c(5)],
          ['crm.id', c(22)],
          ['crm.id', c(24)],
          ['shop.id', c(10)],
        ],
        ...[
          ['email', `${c(6)}@Example.org`],
          ['email', `${c(29)}@example.org`],
        ],
      ]) {
        assert.deepEqual(await erased(`kind=${kind}&value=${value}`), [id], `${kind} ${value}`)
      }
      assert.deepEqual(await erased(`kind=user_id&value=${bystander}`), [])
      const find = await roster('erasures', 'find', 'user_id', c(5))
      assert.match(find.out, new RegExp(`Profile ${id} was erased`))
      const verify = async (receipt: JsonObject) => {
        const file = join(folder.path, 'receipt.json')
        writeFileSync(file, JSON.stringify(receipt))
        return roster('erasures', 'verify', file)
      }
      const good = await verify(body)
      assert.equal(good.code, 0, good.err)
      const forged = await verify({ ...body, erased: { ...body.erased, events: 1 } })
      assert.deepEqual([forged.code, /was changed/.test(forged.err)], [3, true])
      const again = await roster('erase', String(id), '--yes', '--json')
      assert.equal(again.code, 0, again.err)
      const nobody = await roster('erase', '99999', '--yes')
      assert.match(nobody.err, /Nothing is stored/)

      const last = (await native('GET', '/events?order=desc&limit=200')).body.data
      assert.equal(last.length, last[0].id, 'the log has no gap')
      await settle(engine, place)
      const places = await folders(engine, place, folder.path)
      assert.deepEqual(found(places, server.output()), [])
      assert.ok(
        places.some((path) => read(path).includes(bystander)),
        'others are still there',
      )
      const anew = await native('PUT', `/profiles/by/user_id/${bystander}2`, { set: { a: 1 } })
      assert.equal(anew.status, 201)
      // A name that went is made anew, also where another process took it out of use.
      const use = (who: string) =>
        native('PUT', `/profiles/by/user_id/${who}`, { set: { [lone]: 1 } })
      const names = async () => {
        const { data } = (await native('GET', '/attributes')).body
        return data
          .map(({ name }: JsonObject) => name)
          .filter((name: string) => name === lone || name === shared)
      }
      assert.deepEqual(await names(), [shared])
      const one = (await use('one')).body.profile.id
      assert.deepEqual((await names()).sort(), [lone, shared].sort())
      assert.equal((await roster('erase', String(one), '--yes')).code, 0)
      assert.deepEqual(await names(), [shared])
      await use('two')
      assert.deepEqual((await names()).sort(), [lone, shared].sort())
      // Last, since it brings a canary back: whoever comes again is known.
      const back = await native('PUT', `/profiles/by/user_id/${c(5)}`, { set: { a: 1 } })
      assert.deepEqual(await erased(`profile_id=${back.body.profile.id}`), [id])
    } finally {
      await server.stop()
      await place.remove()
    }
  })
}

/** A life with thirty traces; answers whose. */
async function live(native: NativeClient, url: string): Promise<number> {
  await native('PUT', '/destinations/shop', { type: 'webhook', url, allow_private: true })
  const json = { said: '{{ event.said | json }}' }
  const rules = [
    {
      name: 'tell',
      on: ['order.told'],
      steps: [{ action: 'webhook', with: { destination: 'shop', json } }],
    },
    {
      name: 'wait',
      on: ['order.waits'],
      steps: [{ wait: 'P1D' }, { action: 'add-tag', with: { tag: 'x' } }],
    },
  ]
  await native('PUT', '/rules', { rules })
  const email = `${c(6)}@example.org`
  const by = `/profiles/by/user_id/${c(5)}`
  const event = (type: string, attributes: JsonObject, identifiers: JsonObject, more = {}) =>
    native('POST', '/events', { type, attributes, identifiers, ...more })
  await event('page.seen', { said: c(7) }, { email })
  await native('PUT', by, { set: { a: c(1), b: c(2), city: c(15), email: `${c(29)}@example.org` } })
  await native('PUT', by, { set: { b: c(3), city: null, email, d: c(4), e: c(26) } })
  await native('PUT', by, { set: { first_name: c(14), deep: { er: [c(12), { x: c(13) }] } } })
  await native('PUT', by, { set: { k: 1 }, set_once: { o: c(17) } }, { 'idempotency-key': c(16) })
  await native('PUT', by, { set: { a: c(18) }, occurred_at: '2020-01-01T00:00:00Z' })
  await native('PUT', by, { unset: ['e'], add: { list: [c(25)] } })
  await native('PUT', by, { set: { long: 'z'.repeat(20_000) + c(23) } })
  await native('PUT', by, { set: { [lone]: 1, [shared]: 1 }, tags: { add: [c(31), 'kept'] } })
  await native('PUT', by, { identifiers: { 'crm.id': c(22) } })
  await native('PUT', by, { identifiers: { 'crm.id': c(24) } })
  const of = { user_id: c(5) }
  await event('order.plain', { said: c(8) }, of, { idempotency_key: c(19) })
  await event('order.told', { said: c(20) }, of)
  await event('order.waits', { said: c(21) }, of)
  const other = `/profiles/by/shop.id/${c(10)}`
  const goes = await native('PUT', other, { set: { plan: c(9), size: c(11) } })
  await event('order.plain', { said: c(30) }, { 'shop.id': c(10) })
  const { body } = await native('GET', by)
  // Somebody who was taken for the same person once: what the merge brought and its undoing took.
  const mistaken = await native('PUT', '/profiles/by/crm.id/other', { set: { n: 1 } })
  const into = `/profiles/${mistaken.body.profile.id}`
  const wrong = await native('POST', `${into}/merge`, { from: [{ id: body.id }], guards: false })
  const undone = await native('POST', `${into}/unmerge`, { event_id: wrong.body.event_id })
  assert.equal(undone.status, 200)
  const path = `/profiles/${body.id}/merge`
  assert.equal((await native('POST', path, { from: [{ id: goes.body.profile.id }] })).status, 200)
  const dead = async () => (await native('GET', '/deliveries?state=dead')).body.data as JsonObject[]
  await until('the delivery is dead', async () => (await dead()).length === 1)
  const [delivery] = await dead()
  const resend = `/deliveries/${delivery?.id}/resend`
  // The key is kept with an answer that tells of the delivery.
  const key = { 'idempotency-key': `again-${c(28)}` }
  await native('POST', resend, { body: JSON.stringify({ x: c(28) }) }, key)
  await until('it is dead again', async () => (await dead()).length === 1)
  await native('PUT', `/profiles/by/user_id/${bystander}`, { set: { a: bystander, [shared]: 1 } })
  return body.id
}

/** What an operator does so that PostgreSQL forgets: see docs/operating.md. */
async function settle(engine: Engine, place: Place): Promise<void> {
  if (engine.name === 'sqlite') return
  await ask(place.url, async (client) => {
    await client.query('ALTER SYSTEM SET wal_recycle = off')
    await client.query('SELECT pg_reload_conf()')
    const { rows } = await client.query(
      `SELECT oid::regclass::text AS name FROM pg_class
       WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0`,
    )
    await client.query(`VACUUM FULL ${rows.map(({ name }) => name).join(', ')}`)
    // Samples of values, which stay where a table is empty by now.
    await client.query('DELETE FROM pg_statistic')
    await client.query('VACUUM FULL pg_statistic')
    for (let times = 0; times < 2; times++) {
      await client.query('SELECT pg_switch_wal()')
      await client.query('CHECKPOINT')
    }
  })
}

async function folders(engine: Engine, place: Place, data: string): Promise<string[]> {
  const roots = [data]
  if (engine.name === 'postgres') {
    await ask(place.url, async (client) => {
      roots.push((await client.query('SHOW data_directory')).rows[0].data_directory)
    })
  }
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name)),
  )
}

async function ask(url: string, use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

/** Each file is read once: there are hundreds of them. */
function found(paths: readonly string[], output: string): string[] {
  const places = new Map(
    canaries.filter((word) => output.includes(word)).map((w) => [w, 'the log']),
  )
  for (const path of paths) {
    const bytes = read(path)
    for (const word of canaries) if (bytes.includes(word)) places.set(word, path)
  }
  return [...places].map(([word, where]) => `${word} in ${where}`)
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    // A file of a running server may go between the list and the look.
    return Buffer.alloc(0)
  }
}
