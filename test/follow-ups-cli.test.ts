import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseSigningSecret, verifyWebhook } from '../src/outbound/sign-webhook.ts'
import { type DataFolder, dataFolder } from './kit/data-folder.ts'
import { type Engine, engines } from './kit/engines.ts'
import { sendEvents, settled, tellAll, until } from './kit/follow-up-site.ts'
import { type Received, receiver } from './kit/receiver.ts'
import { rosterBin } from './kit/spawn-roster.ts'

const oldKey = '11'.repeat(32)
const newKey = '22'.repeat(32)

test('deliveries are looked at, cancelled, redelivered and resent from the command line', async () => {
  let status = 400
  using shop = await receiver((_call, response) => response.writeHead(status).end('no'))
  await using folder = await dataFolder()
  const world = await folder.newWorkspace()
  const name = world.workspace.name
  const yaml = tellAll([{ name: 'shop', url: shop.url }])
  await using server = await folder.start()
  const roster = (...words: string[]) => run(folder, [...words, '--workspace', name])
  const apply = (...words: string[]) => {
    return run(folder, ['rules', 'apply', '-', ...words, '--workspace', name], yaml)
  }
  const dry = await apply('--dry-run')
  assert.match(dry.out, /^\+ destination shop: added$/m)
  assert.match((await roster('destinations', 'list')).out, /There are none/)
  const applied = await apply('--json')
  const { secrets } = JSON.parse(applied.out)
  assert.ok(parseSigningSecret(secrets[0].secret))
  const again = await apply()
  assert.match(again.out, /^Nothing changes\./)
  const email = 'jo@example.org'
  const event = { type: 'shop.shop', body: { email, n: 1 } }
  await sendEvents(server.url, world, [{ type: 'user.update', body: { email } }, event])
  await folder.withStore((store) => settled(store, world))
  assert.match((await roster('deliveries', 'dead')).out, /^shop +http_400 +1 /m)
  assert.match((await roster('deliveries', 'attempts', '1')).out, /^1 .* 400 no$/m)
  const explained = await roster('events', 'explain', '3')
  assert.match(explained.out, /delivery 1 to shop is dead after 1 try, http_400/)
  const asked = await roster('deliveries', 'redeliver')
  assert.deepEqual([asked.code, /1 match.*Add --yes/.test(asked.err)], [2, true], asked.err)
  status = 200
  assert.match((await roster('deliveries', 'redeliver', '--yes')).out, /^1 put back in line/)
  await folder.withStore((store) => settled(store, world))
  const resent = await roster('deliveries', 'resend', '1', '--body', '{"n": 2}')
  assert.equal(resent.code, 0, resent.err)
  await until('the third call', () => shop.calls.length === 3)
  await folder.withStore((store) => settled(store, world))
  assert.equal(new Set(shop.calls.map(({ id }) => id)).size, 1)
  assert.equal(shop.calls[2]?.body, '{"n": 2}')
  const bad = await roster('deliveries', 'resend', '1', '--body', '{"n": ')
  assert.match(bad.err, /is to be JSON and is not/)
  assert.match((await roster('destinations', 'test', 'shop')).out, /200, taken/)
  assert.match((await roster('destinations', 'show', 'shpo')).err, /Did you mean "shop"\?/)
  await roster('destinations', 'pause', 'shop')
  await sendEvents(server.url, world, [event])
  const waiting = await roster('deliveries', 'list', '--state', 'pending')
  const id = /^(\d+) +shop +pending/m.exec(waiting.out)?.[1] ?? '0'
  const held = await roster('deliveries', 'show', id)
  assert.match(held.out, /^waits for +shop, which is paused$/m)
  await sendEvents(server.url, world, [event])
  const later = await roster('deliveries', 'show', `${Number(id) + 1}`)
  assert.match(later.out, /^waits for +an earlier one .*, and shop, which is paused$/m)
  assert.match((await roster('deliveries', 'cancel', id)).out, /^1 cancelled/)
  assert.match((await roster('deliveries', 'cancel', id)).err, /0 of 1 can be cancelled/)
  assert.match((await roster('destinations', 'remove', 'shop', '--yes')).err, /named by tell-shop/)
})

test('a rotated secret signs beside the one before, and no secret lies open anywhere', async () => {
  using shop = await receiver()
  await using folder = await dataFolder()
  const world = await folder.newWorkspace()
  await using server = await folder.start()
  const roster = (...words: string[]) =>
    run(folder, [...words, '--workspace', world.workspace.name, '--json'])
  const yaml = tellAll([{ name: 'shop', url: shop.url }])
  const applying = ['rules', 'apply', '-', '--workspace', world.workspace.name, '--json']
  const applied = await run(folder, applying, yaml)
  const first = JSON.parse(applied.out).secrets[0].secret as string
  const second = JSON.parse((await roster('destinations', 'rotate-secret', 'shop')).out).secret
  const email = 'jo@example.org'
  const event = { type: 'shop.shop', body: { email, n: 1 } }
  await sendEvents(server.url, world, [{ type: 'user.update', body: { email } }, event])
  await folder.withStore((store) => settled(store, world))
  const [call] = shop.calls as [Received]
  const now = Math.floor(Date.now() / 1_000)
  for (const secret of [first, second]) {
    assert.equal(verifyWebhook(call.headers, Buffer.from(call.body), [secret], now), 'valid')
  }
  await server.stop()
  const written = ['roster.db'].map((file) => readFileSync(join(folder.path, file), 'latin1'))
  for (const text of [...written, server.output()]) {
    for (const secret of [first, second]) assert.ok(!text.includes(secret.slice(6)))
  }
})

for (const engine of engines) {
  test(`${engine.name}: a wrong secret key is refused at the start, and a replaced one opens what it sealed`, () =>
    replaceKey(engine))
}

async function replaceKey(engine: Engine): Promise<void> {
  // Nodes of one database know each other's keys by their fingerprints.
  const refusal =
    engine.name === 'postgres'
      ? /secret key with the fingerprint .*ROSTER_SECRET_KEY_PREVIOUS/s
      : /destination shop .*cannot be opened.*--replace-secrets/s
  await using folder = await dataFolder(engine)
  const world = await folder.newWorkspace()
  const words = ['rules', 'apply', '-', '--workspace', world.workspace.name]
  const yaml = tellAll([{ name: 'shop', url: 'http://127.0.0.1:9/' }])
  const applied = await run(folder, words, yaml, { ROSTER_SECRET_KEY: oldKey })
  assert.equal(applied.code, 0, applied.err)
  const wrong = { ROSTER_SECRET_KEY: newKey }
  await assert.rejects(folder.start({ env: wrong }), refusal)
  const refused = await run(folder, words, yaml, wrong)
  assert.match(refused.err, refusal)
  const both = { ROSTER_SECRET_KEY: newKey, ROSTER_SECRET_KEY_PREVIOUS: oldKey }
  await (await folder.start({ env: both })).stop()
  await (await folder.start({ env: wrong })).stop()
  // What the old key sealed is gone from the store.
  await assert.rejects(folder.start({ env: { ROSTER_SECRET_KEY: oldKey } }), refusal)
}

async function run(
  folder: DataFolder,
  words: readonly string[],
  stdin = '',
  env: { [name: string]: string } = {},
) {
  const child = spawn(rosterBin, words, {
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...folder.env, ...env },
  })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  child.stdin.end(stdin)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}
