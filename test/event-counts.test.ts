import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { until } from './kit/follow-up-site.ts'
import { nativeClient } from './kit/native-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster?.close())
    const rollUp = () => roster.store.rollUpEvents(Date.now())

    test('every event is counted once, by its minute, type and source', async () => {
      const { tokens, workspace } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      const send = (type: string, count: number) =>
        native('POST', '/events', { events: Array.from({ length: count }, () => ({ type })) })
      await send('a.b', 900)
      // Several at once, as several nodes would.
      await Promise.all([rollUp(), send('a.b', 900), rollUp()])
      await send('a.c', 800)
      await Promise.all([rollUp(), rollUp()])
      await rollUp()
      const { body } = await native('GET', '/statistics/events?step=day')
      const sums: { [name: string]: number } = {}
      for (const { name, count } of body.data) sums[name] = (sums[name] ?? 0) + count
      assert.deepEqual(sums, { 'a.b': 1_800, 'a.c': 800 })
      assert.equal(body.counted_up_to, 2_600)
      for (const { at } of body.data) assert.match(at, /T00:00:00.000Z$/)
      const bySource = await native('GET', '/statistics/events?step=day&by=source')
      assert.equal(bySource.body.data[0].name, 'native')
      const total = await native('GET', '/statistics/events?by=none&step=minute')
      const all = total.body.data.reduce(
        (sum: number, each: { count: number }) => sum + each.count,
        0,
      )
      assert.equal(all, 2_600)
      const none = await native('GET', '/statistics/events?until=2020-01-01&from=2019-12-01')
      assert.deepEqual(none.body.data, [])
      const wide = await native('GET', '/statistics/events?from=2020-01-01&step=minute')
      assert.equal(wide.body.errors[0].field, 'step')
      await roster.store.deleteWorkspace(workspace.id)
      const asked = {
        from: 0,
        until: Date.now() + 60_000,
        minutes: 1,
        of: 'events',
        by: 'none',
        limit: 9,
      } as const
      const gone = await roster.store.countEvents(workspace.id, asked)
      assert.deepEqual(gone, { counts: [], upTo: 0 })
    })

    test('a round ends while others go on writing', async () => {
      const { workspace } = await roster.newWorkspace()
      const source = { dialect: 'native', token: null, request: null }
      const record = { kind: 'record-event' as const, type: 'a.b', identifiers: [], source }
      const write = () => roster.store.apply(workspace.id, { ...record, attributes: {} })
      await write()
      let ended = false
      const round = rollUp().finally(() => {
        ended = true
      })
      const most = 200
      const writers = Array.from({ length: 8 }, async () => {
        let written = 0
        while (!ended && written < most) {
          await write()
          written++
        }
        return written
      })
      for (const written of await Promise.all(writers)) assert.ok(written < most, 'it went on')
      assert.ok((await round) > 0)
    })

    test('every planned delivery is counted once, by its minute, rule and destination', async () => {
      const { tokens } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      await native('PUT', '/destinations/shop', { type: 'webhook', url: 'https://shop.example/' })
      await native('POST', '/destinations/shop/pause')
      const sends = { action: 'webhook', with: { destination: 'shop' } }
      const rules = [
        { name: 'one', on: ['a.b'], steps: [sends] },
        { name: 'two', on: ['a.b'], steps: [sends, sends] },
      ]
      await native('PUT', '/rules', { rules })
      const events = Array.from({ length: 20 }, () => ({ type: 'a.b' }))
      await native('POST', '/events', { events })
      await Promise.all([rollUp(), rollUp()])
      await rollUp()
      const { body } = await native('GET', '/statistics/deliveries?step=day&by=rule')
      const sums = body.data.map((each: { name: string; count: number }) => [each.name, each.count])
      assert.deepEqual(sums.toSorted(), [
        ['one', 20],
        ['two', 40],
      ])
      assert.ok(Date.parse(body.data[0].last_at) > Date.now() - 300_000)
      const all = await native('GET', '/statistics/deliveries?step=day')
      assert.deepEqual([all.body.data[0].name, all.body.data[0].count], ['shop', 60])
    })

    test('every delivery is counted when it ends, by its minute, destination and state', async () => {
      const { tokens } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      for (const name of ['shop', 'crm']) {
        await native('PUT', `/destinations/${name}`, { type: 'webhook', url: 'https://a.example/' })
        await native('POST', `/destinations/${name}/pause`)
      }
      const rule = (destination: string) => {
        const steps = [{ action: 'webhook', with: { destination } }]
        return { name: destination, on: ['a.b'], steps }
      }
      await native('PUT', '/rules', { rules: [rule('shop'), rule('crm')] })
      const events = Array.from({ length: 5 }, () => ({ type: 'a.b' }))
      await native('POST', '/events', { events })
      const cancelledAt = performance.now()
      await native('POST', '/deliveries/cancel', { state: 'pending', destination: 'crm' })
      await roster.store.rollUpEvents(Date.now() - 600_000)
      const path = '/statistics/ended-deliveries?step=day'
      const young = (await native('GET', path)).body.data
      // After 5 s the program counts them itself, as it may on a machine that stood still.
      if (performance.now() - cancelledAt < 5_000) assert.deepEqual(young, [])
      await until('they are counted', async () => {
        await Promise.all([rollUp(), rollUp()])
        return (await native('GET', path)).body.data.length > 0
      })
      const shown = async (query: string) => {
        const { body } = await native('GET', `${path}${query}`)
        return body.data.map((each: { name: string; count: number }) => [each.name, each.count])
      }
      assert.deepEqual(await shown(''), [['cancelled', 5]])
      assert.deepEqual(await shown('&by=destination'), [['crm', 5]])
      await native('PUT', '/rules', { rules: [] })
      await native('DELETE', '/destinations/shop')
      await until('they are counted', async () => {
        await rollUp()
        return (await shown('')).length === 2
      })
      assert.deepEqual(await shown('&by=destination&state=cancelled'), [['crm', 5]])
      assert.deepEqual(await shown('&by=destination&state=dead'), [['shop', 5]])
    })
  })
}
