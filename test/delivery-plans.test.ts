import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { countedMax } from '../src/core/delivery-health.ts'
import type { DeliveryId } from '../src/core/planned-delivery.ts'
import type { EventId, ProfileId, WorkspaceId } from '../src/core/profile.ts'
import type { DeliverySelection } from '../src/storage/delivery-store.ts'
import { selectList, selectTallies } from '../src/storage/sqlite/delivery-reader.ts'
import { selectDeliveries } from '../src/storage/sqlite/delivery-selection.ts'
import * as statements from '../src/storage/sqlite/delivery-statements.ts'
import { deliveryTables } from '../src/storage/sqlite/delivery-writes.ts'
import { openDatabase } from '../src/storage/sqlite/open-database.ts'
import { selectRuns } from '../src/storage/sqlite/run-reader.ts'
import { openSqliteStore } from '../src/storage/sqlite/sqlite-store.ts'
import { WorkspaceStates } from '../src/storage/sqlite/workspace-state.ts'
import type { RunFilter } from '../src/storage/store.ts'
import { claim, destination, leaseMs, rules } from './kit/delivery-work.ts'
import { tempFolder } from './kit/temp-folder.ts'

const decision = new URL('./kit/sending-decision.ts', import.meta.url)

/** A third waits behind others, a third is due, a third is due later. */
const insertMany = `
  WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?2)
  INSERT INTO deliveries (key, workspace_id, id, event_id, subject, state, place, wake_at,
    attempt_count, planned_at, destination, rule, version, step, action, seen, reason)
  SELECT (?1 << 40) | n, ?1, n, n, n / 3, iif(n % 3 = 0, 'pending', 'queued'), n,
    CASE WHEN n % 3 THEN NULL WHEN n % 2 THEN n ELSE ?3 END, 0, n,
    char(unicode('a') + n / 3 % 3), 'to-a', 1, '0', 'send', '{"event":{},"profile":null}',
    iif(n % 3 = 0 AND n % 2 = 0, 'timeout', NULL) FROM n`

/** Closed also where a test fails, lest its thread keeps the process waiting. */
function closing<T extends { close(): Promise<void> }>(store: T): T & AsyncDisposable {
  return { ...store, [Symbol.asyncDispose]: () => store.close() }
}

function planOf(db: DatabaseSync, text: string): string[] {
  return db
    .prepare(`EXPLAIN QUERY PLAN ${text}`)
    .all()
    .map(({ detail }) => String(detail))
}

test('no statement about deliveries reads a table from end to end', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'roster.db')
  await openSqliteStore(path, { decision }).close()
  const db = openDatabase(path, 'read')
  const small = /destination_notices/
  for (const [name, text] of Object.entries(statements)) {
    const scans = planOf(db, text).filter((step) => /^SCAN /.test(step) && !small.test(step))
    // The one that counts what another reads at most so many of.
    assert.deepEqual(
      scans.filter((step) => !/subquery/.test(step)),
      [],
      name,
    )
  }
  assert.match(planOf(db, statements.selectNextAwake).join(), /workspace_id=\? AND destination>\?/)
  const served: [DeliverySelection, RegExp][] = [
    [{ event: 1 as EventId }, /deliveries_by_event \(workspace_id=\? AND event_id=\?/],
    [{ subject: 1 as ProfileId, destination: 'a' }, /by_lane .*subject=\? AND destination=\?/],
    [{ states: ['dead'], destination: 'a', reason: 'x' }, /deliveries_dead .*reason=\?/],
    [{ states: ['pending', 'claimed'], destination: 'a' }, /by_wake .*destination=\? AND state=\?/],
    [{ states: ['queued'], destination: 'a' }, /deliveries_queued .*destination=\?/],
    [{ states: ['dead'] }, /deliveries_dead_by_id/],
    [{ states: ['cancelled'] }, /deliveries_cancelled/],
    [{ destination: 'a' }, /deliveries_by_destination .*destination=\?/],
    [{ destination: 'a', states: ['delivered'] }, /by_destination .*destination=\?/],
    [{ states: ['delivered'] }, /INTEGER PRIMARY KEY \(rowid>\? AND rowid<\?\)/],
    [{ reason: 'x' }, /deliveries_by_reason \(workspace_id=\? AND reason=\?/],
    [{ reason: 'x', states: ['dead'] }, /deliveries_by_reason .*reason=\?/],
    [{ rule: 'r' }, /deliveries_by_rule \(workspace_id=\? AND rule=\?/],
    [{ rule: 'r', states: ['delivered'], plannedFrom: 1 }, /deliveries_by_rule .*rule=\?/],
    [{ plannedFrom: 1, plannedUntil: 2 }, /COVERING INDEX deliveries_by_planned .*planned_at>\?/],
    [{ ids: [7 as DeliveryId] }, /INTEGER PRIMARY KEY \(rowid=\?\)/],
  ]
  for (const [selection, index] of served) {
    for (const cursor of [undefined, 9 as DeliveryId]) {
      for (const oldestFirst of [false, true]) {
        const page = { cursor, oldestFirst }
        const { from, where } = selectDeliveries(1 as WorkspaceId, selection, page)
        // Of two bounds on one side the engine would take the first, and read up to the second.
        assert.equal(where.match(/key [<>]/g)?.length, 2, where)
        const text = selectList(from, where, oldestFirst)
        assert.match(planOf(db, text).join(), index, JSON.stringify(selection))
      }
    }
  }
  // Where a destination has few, it leads; else the rule does.
  for (const hasFew of [false, true]) {
    const both = { rule: 'r', destination: 'd' }
    const { from } = selectDeliveries(1 as WorkspaceId, both, { hasFew })
    assert.match(from, hasFew ? /deliveries_by_destination/ : /deliveries_by_rule/)
  }
  for (const ofOne of [false, true]) {
    for (const text of selectTallies(ofOne)) {
      const step = planOf(db, text).find((one) => /workspace_id=\?/.test(one))
      assert.match(step ?? '', ofOne ? /COVERING INDEX .*destination=\?/ : /COVERING INDEX/)
    }
  }
  const { from, where } = selectDeliveries(1 as WorkspaceId, { states: ['dead'] })
  const grouped = `SELECT destination, reason, count(*), min(planned_at) FROM ${from} WHERE ${where}
    GROUP BY destination, reason`
  assert.match(planOf(db, grouped).join(), /^SEARCH deliveries USING COVERING INDEX [^,]*$/)
  const runs: [RunFilter, RegExp][] = [
    [{ limit: 9 }, /workspace_id=\?/],
    [{ state: 'failed', limit: 9 }, /runs_by_state .*state=\?/],
    [{ state: 'waiting', rule: 'r', limit: 9 }, /runs_by_state .*state=\?/],
    [{ rule: 'r', limit: 9 }, /runs_of_rule .*rule=\?/],
    [{ rule: 'r', state: 'done', limit: 9, before: 7 as EventId }, /runs_of_rule .*event_id<\?/],
    [{ subject: 1 as ProfileId, limit: 9 }, /runs_by_subject .*subject=\?/],
  ]
  for (const [filter, index] of runs) {
    assert.match(planOf(db, selectRuns(filter)).join(), index, JSON.stringify(filter))
  }
  db.close()
})

test('among very many that wait, a claim reads what is due and nothing else', async (t) => {
  using folder = tempFolder()
  const path = join(folder.path, 'roster.db')
  await using store = closing(openSqliteStore(path, { decision }))
  const { id } = await store.createWorkspace('w', rules)
  for (const name of ['a', 'b', 'c']) {
    await store.putDestination(id, destination(name, { concurrency: 256 }))
  }
  const count = process.env.ROSTER_TEST_LONG === '1' ? 1_000_000 : 100_000
  const db = openDatabase(path, 'write')
  const began = performance.now()
  db.prepare(insertMany).run(id, count, Date.now() + 3_600_000)
  t.diagnostic(`${count} rows in ${(performance.now() - began).toFixed(0)} ms`)
  // Without the sync of the commit, which takes what the disk takes, however few wait.
  const { writes } = deliveryTables(db, new WorkspaceStates(db))
  let bestMs = Number.POSITIVE_INFINITY
  for (let n = 0; n < 10; n++) {
    db.exec('BEGIN IMMEDIATE')
    const claiming = performance.now()
    const few = writes.claimDeliveries(Date.now(), { worker: 'w', limit: 16, leaseMs })
    bestMs = Math.min(bestMs, performance.now() - claiming)
    db.exec('ROLLBACK')
    assert.equal(few.deliveries.length, 16)
  }
  db.close()
  t.diagnostic(`${bestMs.toFixed(2)} ms to claim 16`)
  assert.ok(bestMs < 5, `${bestMs} ms`)
  const looking = performance.now()
  const health = await store.deliveryHealth()
  t.diagnostic(`${(performance.now() - looking).toFixed(1)} ms for the health of all`)
  const counts = health.destinations.map(({ pending, queued }) => [pending, queued])
  const most = countedMax(3)
  assert.deepEqual(
    counts,
    [0, 1, 2].map(() => [most, most]),
  )
  assert.equal((await claim(store, 256)).length, 256)
})
