import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dataFolder } from '../kit/data-folder.ts'
import { sqlite } from '../kit/engines.ts'
import { applyRules, sendEvents, settled, tellAll, withKey } from '../kit/follow-up-site.ts'
import { receiver } from '../kit/receiver.ts'
import { diskFolder } from '../kit/temp-folder.ts'
import type { NotedCommit } from './note-syncs.ts'

/** A claim may be lost: whoever had it is gone as well, and it is due again. */
const claims = /^UPDATE deliveries SET state = 'claimed'/
const durable = {
  events: /^INSERT (OR FAIL )?INTO events /,
  profiles: /^(INSERT INTO|UPDATE) profiles /,
  deliveries: /^INSERT INTO deliveries /,
  'beginnings of attempts': /^UPDATE deliveries SET attempt_count = attempt_count \+ 1/,
  'results of attempts': /^UPDATE attempts SET /,
}

test('SQLite: whatever is written is synced at its commit, but for claims alone', async (t) => {
  const commits = await commitsOf(new URL('./note-syncs.ts', import.meta.url))
  assertSynced(commits)
  // The check saw all there is to see.
  const synced = commits.filter(({ level }) => level === 2).flatMap(({ wrote }) => wrote)
  for (const [what, statement] of Object.entries(durable)) {
    assert.ok(
      synced.some((text) => statement.test(text)),
      `no commit of ${what} was seen`,
    )
  }
  assert.ok(
    commits.some(({ level }) => level === 1),
    'no claim was seen',
  )
  t.diagnostic(`${commits.length} commits`)
})

test('the check catches a connection that goes on without syncing', async () => {
  const commits = await commitsOf(new URL('./planted-unsynced.ts', import.meta.url))
  assert.throws(() => assertSynced(commits), /is not synced/)
})

function assertSynced(commits: readonly NotedCommit[]): void {
  for (const { level, wrote } of commits) {
    if (level === 2) continue
    for (const text of wrote) assert.match(text, claims, `is not synced at its commit: ${text}`)
  }
}

/** Some events come in and go out. */
async function commitsOf(preload: URL): Promise<NotedCommit[]> {
  using shop = await receiver()
  await using folder = await dataFolder(sqlite, diskFolder())
  const world = await folder.newWorkspace()
  const yaml = tellAll([{ name: 'shop', url: shop.url }])
  await folder.withStore((store) => applyRules(store, world.workspace.id, yaml))
  const file = `${folder.path}/syncs`
  const env = { ...withKey, TEST_SYNCS_FILE: file }
  const roster = await folder.start({ env, preload })
  const body = { email: 'jo@example.org' }
  const types = ['user.update', 'shop.shop', 'shop.shop', 'shop.shop']
  await sendEvents(
    roster.url,
    world,
    types.map((type, n) => ({ type, body: { ...body, n } })),
  )
  await folder.withStore((store) => settled(store, world))
  await roster.stop()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as NotedCommit)
}
