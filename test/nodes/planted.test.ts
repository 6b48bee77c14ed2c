import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commitDone, FaultProxy } from '../kit/fault-proxy.ts'
import { until } from '../kit/follow-up-site.ts'
import { send } from '../kit/http-client.ts'
import { startNodes } from '../kit/nodes.ts'
import { setters } from '../kit/person-calls.ts'
import { newDatabase } from '../kit/postgres.ts'
import { firstCalls, followLog, person } from './scenarios.ts'
import { survive } from './survive.ts'

/*
 * Checks of many nodes are worth nothing if they cannot fail: each is tried on nodes with a defect
 * of the kind it is there for. Two more, an early answer and events in a second transaction, are
 * caught by the kills of `test/crash/kill.test.ts`.
 */

const fromSource = true

test('the check catches a commit without an answer that is reported as not stored', async () => {
  await using database = await newDatabase()
  await using proxy = await FaultProxy.start(database.url)
  const preload = new URL('./planted-lost-reply.ts', import.meta.url)
  await using nodes = await startNodes([{ url: proxy.url, preload, fromSource }], {
    databaseUrl: database.url,
  })
  let count = 0
  const undo: (() => void)[] = []
  const caught = survive(nodes, {
    begin: () => {
      const spring = () => (++count % 7 === 0 ? ('cut' as const) : ('pass' as const))
      undo.push(proxy.trap({ ...commitDone, spring }))
    },
    last: () => until('answers are lost', () => count >= 28),
    end: () => undo.forEach((remove) => void remove()),
  })
  await assert.rejects(caught, /was answered 503, and is stored/)
})

test('the check catches nodes that look for an identifier without locking it', async () => {
  const preload = new URL('./planted-find-then-insert.ts', import.meta.url)
  await using nodes = await startNodes([
    { preload, fromSource },
    { preload, fromSource },
  ])
  const { urls, store } = nodes
  const caught = firstCalls({ urls, store, workspace: await nodes.newWorkspace() }, 30)
  await assert.rejects(caught, /one call creates the profile/)
})

test('the check catches ids that are not taken in the transaction that writes them', async () => {
  const preload = new URL('./planted-early-ids.ts', import.meta.url)
  await using nodes = await startNodes([
    { preload, fromSource },
    { preload, fromSource },
  ])
  const { urls, store } = nodes
  const workspace = await nodes.newWorkspace()
  // The names of attributes are numbered under the same lock; that they are is not the question.
  for (const call of Object.values(setters)) {
    await send(urls[0] as string, call(workspace, person('first'), { n: 0 }))
  }
  const caught = followLog({ urls, store, workspace }, store, 40)
  await assert.rejects(caught, /every event came once, in order|none came too late to be seen/)
})
