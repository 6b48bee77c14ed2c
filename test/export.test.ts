import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import type { JsonObject } from '../src/core/json.ts'
import type { Identifier, Profile } from '../src/core/profile.ts'
import { defaultWorkspace } from '../src/first-start.ts'
import { commandLine } from './kit/command-line.ts'
import { dataFolder } from './kit/data-folder.ts'
import { engines } from './kit/engines.ts'

const people: { identify: Identifier[]; set: JsonObject; tags: string[] }[] = [
  {
    identify: [
      { kind: 'user_id', value: '=a' },
      { kind: 'usercom.id', value: '71' },
    ],
    set: {
      email: 'Ann@example.com',
      first_name: "'=Ann",
      phone: '+31612345678',
      unsubscribed_email: false,
      score: -3,
      plan: '=HYPERLINK("http://x.example","click")',
      note: 'two\r\nlines, "quoted"; and more',
      born: 1980,
      'mobile number': '06',
      usercom_id: 'no identifier',
      tags: 'an attribute of that name',
      version: 'v2',
      'attribute:x': 'y',
      'odd:json': 'text',
      ' spaced ': 'kept',
      '=name': 'kept',
      damaged: 'caf\uFFFD',
    },
    tags: ['vip', 'with, comma'],
  },
  {
    identify: [{ kind: 'user_id', value: 'b' }],
    set: { plan: '', born: '1980', list: [1, { a: null }], status: 5, empty: {}, score: 'high' },
    tags: [],
  },
  { identify: [], set: { email: 'c@example.com', plan: '-5', damaged: 'no' }, tags: [] },
]

for (const engine of engines) {
  test(`${engine.name}: an export that is imported gives the same people`, async () => {
    await using folder = await dataFolder(engine)
    await using server = await folder.start()
    assert.ok(server.url)
    const line = commandLine(folder.env)
    await folder.withStore(async (store) => {
      const [workspace] = await store.listWorkspaces()
      assert.equal(workspace?.name, defaultWorkspace)
      const source = { dialect: 'cli', token: null, request: null }
      for (const { identify, set, tags } of people) {
        await store.apply(workspace.id, {
          ...{ kind: 'write-profile', source, keys: [], matchEmail: false, onMissing: 'create' },
          changes: { identify, set, tags: { replace: tags } },
        })
      }
      const all = await store.queryProfiles(workspace.id, { page: { limit: 10 } })
      const wanted = all.profiles.map(essence)
      for (const format of ['csv', 'ndjson']) {
        const path = join(folder.path, `all.${format}`)
        assert.equal((await line.json(['export', 'profiles', path])).rows, people.length)
        const copy = await store.createWorkspace(format, [])
        const imported = await line.json(['import', path, '--workspace', format])
        assert.equal(imported.created, people.length)
        const { profiles } = await store.queryProfiles(copy.id, { page: { limit: 10 } })
        assert.deepEqual(profiles.map(essence), wanted, format)
        const again = await line.json(['import', path, '--workspace', format])
        assert.equal(again.unchanged, people.length)
      }
    })
    const csv = readFileSync(join(folder.path, 'all.csv'), 'utf8')
    for (const cell of (parse(csv) as string[][]).flat()) {
      assert.doesNotMatch(cell, /^[=+@\t\r]|^-(?!\d+$)/)
    }
  })
}

test('events are exported in their order, from any of them on, and nothing is overwritten', async () => {
  await using folder = await dataFolder()
  const line = commandLine(folder.env)
  await line.json(['seed', '--profiles', '1200', '--seed', '3'])
  const { code, out } = await line.run('export', 'events')
  assert.equal(code, 0)
  const lines = out.trim().split('\n')
  assert.deepEqual(
    lines.map((text) => (JSON.parse(text) as { id: number }).id),
    Array.from({ length: 1200 }, (_, index) => index + 1),
  )
  const path = join(folder.path, 'events.csv')
  const made = await line.json(['export', 'events', path, '--after', '1190'])
  assert.equal(made.rows, 10)
  const rows = parse(readFileSync(path), { columns: true }) as { [column: string]: string }[]
  assert.deepEqual([rows[0]?.id, rows[0]?.type], ['1191', 'profile.created'])
  const kept = readFileSync(path)
  const refused = await line.run('export', 'profiles', path)
  assert.deepEqual([refused.code, /never overwrites/.test(refused.err)], [3, true])
  assert.deepEqual(readFileSync(path), kept)
  assert.equal(existsSync(`${path}.partial`), false)
  const mistyped = await line.run('export', 'profile')
  assert.deepEqual([mistyped.code, /profiles and events can/.test(mistyped.err)], [2, true])
})

/** What a person is, wherever stored. */
function essence({ attributes, tags, identifiers }: Profile) {
  const owned = identifiers.map(({ kind, value }) => `${kind}=${value}`).sort()
  return { attributes: Object.fromEntries(Object.entries(attributes).sort()), tags, owned }
}
