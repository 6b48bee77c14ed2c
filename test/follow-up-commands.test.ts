import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { until } from './kit/follow-up-site.ts'
import { receiver } from './kit/receiver.ts'
import { rosterBin, spawnRoster } from './kit/spawn-roster.ts'
import { tempFolder } from './kit/temp-folder.ts'

test('commands say what they would do to deliveries, and take no header they may not', async () => {
  using folder = tempFolder()
  using shop = await receiver((_call, response) => void response.writeHead(400).end())
  await using server = await spawnRoster({ dataDir: folder.path })
  const roster = async (...words: string[]) => {
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined, ROSTER_DATA: folder.path }
    const child = spawn(rosterBin, words, { env })
    const [out, err, [code]] = await Promise.all([
      ...[text(child.stdout), text(child.stderr)],
      once(child, 'close') as Promise<[number]>,
    ] as const)
    return { code, out, err }
  }
  const fileOf = (destination: string) => {
    const path = join(folder.path, `${destination}.yaml`)
    const to = { name: destination, type: 'webhook', url: shop.url, allow_private: true }
    const step = { action: 'webhook', with: { destination, body: '{}' } }
    const rules = [{ name: 'tell', on: ['user.update'], steps: [step] }]
    // JSON is YAML.
    writeFileSync(path, JSON.stringify({ destinations: [to], rules }))
    return path
  }
  const [before, after] = [fileOf('shop'), fileOf('store')]
  assert.equal((await roster('rules', 'apply', before)).code, 0)
  const made = await roster('token', 'create', '--dialect', 'copernica', '--json')
  const { token } = JSON.parse(made.out) as { token: string }
  const update = () =>
    fetch(`${server.url}/v4/events/user/update`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"email":"jo@example.org"}',
    })
  assert.equal((await update()).status, 201)
  await until('the refusal is kept', async () => {
    return (await roster('deliveries', 'list', '--state', 'dead')).out.includes('http_400')
  })
  for (const header of ['Host: x', 'webhook-id: 1', 'Authorization: Bearer x']) {
    const { code, err } = await roster('deliveries', 'resend', '1', '--header', header)
    assert.deepEqual([code, /^roster: --header \S+: is the connection's/.test(err)], [2, true], err)
  }
  assert.equal((await roster('destinations', 'pause', 'shop')).code, 0)
  assert.equal((await update()).status, 201)
  const line = /^- destination shop: removed, and the 1 that wait for it end as dead$/m
  assert.match((await roster('rules', 'apply', after, '--dry-run')).out, line)
  assert.match((await roster('rules', 'apply', after)).out, line)
  const dead = await roster(
    'deliveries',
    'list',
    '--state',
    'dead',
    '--reason',
    'destination_removed',
  )
  assert.match(dead.out, /^2 +shop +dead/m)
  for (const words of [
    ['redeliver', '2'],
    ['redeliver', '--yes'],
    ['resend', '2', '--body', '{}'],
  ]) {
    const { code, err } = await roster('deliveries', ...words)
    assert.deepEqual([code, /There is no destination "shop"/.test(err)], [3, true], err)
  }
})
