import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dialects } from '../src/dialects/registry.ts'
import type { Finding } from '../src/storage/maintain-store.ts'
import { openStore } from '../src/storage/open-store.ts'
import { commandLine } from './kit/command-line.ts'
import { engines } from './kit/engines.ts'
import { applyRules } from './kit/follow-up-site.ts'
import { newWorkspace } from './kit/new-workspace.ts'
import { tempFolder } from './kit/temp-folder.ts'

for (const engine of engines) {
  test(`${engine.name}: doctor finds work that nobody does`, async () => {
    using folder = tempFolder()
    const place = await engine.newPlace(folder.path)
    using line = commandLine({ ROSTER_DATA: folder.path, ROSTER_PORT: '0', ...place.env })
    try {
      const decision = new URL('../src/decision.ts', import.meta.url)
      const clock = () => Date.now() - 3_600_000
      const store = await openStore(place.url, { decision, clock })
      const { workspace } = await newWorkspace(store, dialects)
      const to = { name: 'shop', type: 'webhook', url: 'https://shop.example/' }
      const step = { action: 'webhook', with: { destination: 'shop', body: '{}' } }
      const rules = [{ name: 'tell', on: ['user.update'], steps: [step] }]
      await applyRules(store, workspace.id, JSON.stringify({ destinations: [to], rules }))
      const source = { dialect: 'cli', token: null, request: null }
      const event = { type: 'user.update', attributes: {}, identifiers: [] }
      await store.apply(workspace.id, { kind: 'record-event', source, ...event })
      await store.close()
      const { ok, findings } = await line.json(['doctor'], 1)
      assert.equal(ok, false)
      const overdue = (findings as Finding[]).find(({ name }) => name === 'overdue work')
      assert.equal(overdue?.state, 'fail', JSON.stringify(findings))
      assert.match(overdue.detail, /^1 deliveries are overdue, the oldest since 20/)
      assert.match(overdue.remedy ?? '', /roster work/)
    } finally {
      await place.remove()
    }
  })
}
