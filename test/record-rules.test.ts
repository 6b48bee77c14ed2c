import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Event } from '../src/core/event.ts'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { applyRules, sendEvents, settled, until, withKey } from './kit/follow-up-site.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { receiver } from './kit/receiver.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const find = { action: 'find-profile', with: { email: '{{ event.email }}' } }
const number = '{{ event.number }}'

/** What rules do with the records that people have in collections, through the front door. */
for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine, withKey)
    })
    after(() => roster.close())

    test('records are made, found, changed and removed', async () => {
      const shop = await newShop(roster, [
        rule('placed', [
          find,
          create({ Number: number, amount: '{{ event.amount | json }}', Day: '2026-11-28' }),
          { check: { record: 'Amount', greater: 100 } },
          addTag('big'),
        ]),
        rule('paid', [
          find,
          { action: 'find-record', with: { collection: 'orders', match: { number } } },
          change({ Amount: '{{ record.Amount | times: 2 | json }}', Status: 'paid' }),
        ]),
        rule('cancelled', [
          find,
          { action: 'remove-record', with: { collection: 'Shop/Orders', match: { number } } },
        ]),
      ])
      const send = (kind: string, more = {}) => shop.send(kind, { number: 'A1', ...more })
      await send('placed', { amount: 150 })
      await send('placed', { number: 'A2', amount: 20 })
      const [first, second] = await shop.orders()
      assert.deepEqual(first?.fields, {
        ...{ Number: 'A1', Amount: '150', Status: 'open', Day: '2026-11-28' },
      })
      assert.deepEqual(second?.fields, { ...first?.fields, Number: 'A2', Amount: '20' })
      assert.deepEqual(await shop.interests(), ['big'])
      await send('paid')
      await send('paid', { number: 'A7' })
      await send('cancelled', { number: 'A2' })
      const [paid, ...others] = await shop.orders()
      assert.deepEqual(others, [])
      assert.deepEqual(paid?.fields, { ...first?.fields, Amount: '300', Status: 'paid' })
      const gone = await shop.read(`/subprofile/${second?.ID}`)
      assert.match(String(gone.removed), /^\d{4}-/, 'it still answers that it was there')
      // Rules name what was renamed as it is kept.
      await shop.rename({ database: 'Store', collection: 'Purchases', Amount: 'Total' })
      await send('placed', { number: 'A3', amount: 10 })
      await send('paid', { number: 'A3' })
      await send('cancelled')
      const [left] = await shop.orders()
      assert.deepEqual(left?.fields, {
        Number: 'A3',
        Total: '20',
        Status: 'paid',
        Day: '2026-11-28',
      })
      const made = (await shop.events('subprofile.created'))[0] as Event
      assert.equal(made.cause?.rule.split('@')[0], 'placed')
      assert.equal(made.attributes.collection, 'Orders')
      const [, missed] = await shop.events('shop.paid')
      assert.deepEqual(missed?.dropped, [
        { name: 'orders', reason: 'no_record', rule: missed?.dropped[0]?.rule },
      ])
    })

    test('a rule on a removal sees the tags that somebody had, and is explained so', async () => {
      const tell = { action: 'trigger-event', with: { type: 'shop.lost' } }
      const on = ['profile.removed']
      const shop = await newShop(roster, [{ ...rule('gone', [tell]), on, when: { tag: 'dear' } }])
      const other = await shop.write('POST', '/database/1/profiles', { email: 'al@example.org' })
      await shop.write('POST', `/profile/${shop.person}/interests`, { dear: 1 })
      for (const id of [shop.person, other]) await shop.write('DELETE', `/profile/${id}`, {})
      assert.equal((await shop.events('shop.lost')).length, 1)
      const matched: unknown[] = []
      for (const { id } of await shop.events('profile.removed')) {
        const { explanation } = await shop.native('GET', `/events/${id}?explain=true`)
        const { rules } = explanation as unknown as { rules: { matched: boolean }[] }
        matched.push(rules[0]?.matched)
      }
      assert.deepEqual(matched, [true, false])
    })

    test('a rule on a record is about it, in the call that writes it and after a wait', async () => {
      using mail = await receiver()
      const step = { destination: 'mail', json: { about: 'order {{ record.Number }}' } }
      const shop = await newShop(
        roster,
        [
          {
            ...rule('noted', [change({ Status: 'noted {{ record.Number }}' })]),
            on: ['subprofile.created'],
            when: {
              all: [
                { event: 'collection', is: 'Orders' },
                { record: 'Number', exists: true },
              ],
            },
          },
          {
            ...rule('told', [
              { wait: 'PT1S' },
              { check: { record: 'Amount', less: 10 }, otherwise: [addTag('dear')] },
              { action: 'webhook', with: step },
              { action: 'remove-record' },
            ]),
            on: ['subprofile.created'],
          },
        ],
        [{ name: 'mail', type: 'webhook', url: mail.url, allow_private: true }],
      )
      const id = await shop.order({ Number: 'B1', Amount: 20 })
      assert.equal((await shop.read(`/subprofile/${id}/fields`)).Status, 'noted B1')
      await shop.write('PUT', `/subprofile/${id}`, { Amount: 5 })
      await until('it is gone', async () => (await shop.orders()).length === 0)
      const [delivery] = await settled(roster.store, shop.world)
      assert.equal(delivery?.state, 'delivered')
      assert.deepEqual(
        mail.calls.map(({ body }) => JSON.parse(body)),
        [{ about: 'order B1' }],
      )
      assert.deepEqual(await shop.interests(), [], 'what counts is what it holds by then')
    })

    test('the records of a person are checked, and made where there are none', async () => {
      const paid = { collection: 'Orders', match: { Status: 'paid' }, missing: 'pass' }
      const put = { collection: 'Orders', match: { Number: number }, set: { Status: 'paid' } }
      const shop = await newShop(roster, [
        rule('asked', [
          find,
          { action: 'find-record', with: paid },
          { check: { record: 'Number', exists: true }, otherwise: [addTag('new')] },
          addTag('buyer'),
        ]),
        rule('put', [find, { action: 'change-record', with: { ...put, missing: 'create' } }]),
        rule('shipped', [
          {
            action: 'find-record',
            with: { collection: 'Shop/Orders', match: { number }, among: 'everybody' },
          },
          change({ Status: 'shipped' }),
        ]),
      ])
      await shop.send('asked')
      assert.deepEqual(await shop.interests(), ['new'])
      await shop.send('put', { number: 'C1' })
      await shop.send('put', { number: 'C1' })
      const orders = await shop.orders()
      assert.deepEqual(
        orders.map(({ fields }) => [fields.Number, fields.Status]),
        [['C1', 'paid']],
      )
      // Nothing was different the second time.
      assert.deepEqual((await shop.events('subprofile.updated')).length, 0)
      await shop.send('asked')
      assert.deepEqual((await shop.interests()).sort(), ['buyer', 'new'])
      // Nobody is named but by the order.
      await shop.send('shipped', { email: undefined, number: 'C1' })
      await shop.send('shipped', { email: undefined, number: 'C9' })
      assert.equal((await shop.orders())[0]?.fields.Status, 'shipped')
      const [shipped, unknown] = await shop.events('shop.shipped')
      assert.deepEqual([String(shipped?.subject), unknown?.subject], [shop.person, null])
      await shop.send('put', { number: 'C1' })
      // What would be is told before it is, and nothing of it is.
      const about = { type: 'shop.put', attributes: { email: shop.email, number: 'C2' } }
      const dry = await shop.native('POST', '/events?dry_run=true', about)
      const caused = dry.events as { type: string }[]
      assert.deepEqual(caused.map(({ type }) => type).at(-1), 'subprofile.created')
      assert.equal((await shop.orders()).length, 1)
      const [event] = await shop.events('shop.put')
      const tryOne = async (settings: object) => {
        const steps = [find, { action: 'change-record', with: settings }]
        const asked = { rule: { ...rule('one', steps), on: ['shop.put'] }, event_id: event?.id }
        const answer = await shop.native('POST', '/rules/try', asked)
        return (answer.events as unknown as Event[]).map(({ type }) => type)
      }
      assert.deepEqual(await tryOne(put), [], 'it is paid already')
      assert.deepEqual(await tryOne({ ...put, set: { Status: 'sent' } }), ['subprofile.updated'])
    })

    test('what cannot be done with records is told, and stops nothing else', async () => {
      const shop = await newShop(roster, [
        rule('odd', [
          find,
          create({ Number: '1' }, 'Nowhere'),
          create({ Number: '1', Colour: 'red' }),
          { action: 'remove-record', with: { collection: 'Orders', match: { Colour: 'red' } } },
          addTag('done'),
        ]),
        rule('lost', [{ action: 'find-record', with: { collection: 'Orders' } }, addTag('no')]),
      ])
      await shop.send('odd')
      await shop.send('lost')
      const [odd] = await shop.events('shop.odd')
      assert.deepEqual(
        odd?.dropped.map(({ name, reason }) => `${name} ${reason}`),
        ['Nowhere no_collection', 'Colour unknown_attribute', 'Colour unknown_attribute'],
      )
      assert.deepEqual(await shop.interests(), ['done'])
      const [lost] = await shop.events('shop.lost')
      assert.equal(lost?.dropped[0]?.reason, 'no_profile')
    })

    test('many calls at once see what those before them wrote', async () => {
      const put = { collection: 'Orders', match: { Number: 'one' }, set: { Status: 'paid' } }
      const shop = await newShop(roster, [
        rule('put', [find, { action: 'change-record', with: { ...put, missing: 'create' } }]),
      ])
      // In one call, so that all of them wait for the same transaction.
      const told = { type: 'shop.put', attributes: { email: shop.email } }
      await shop.native('POST', '/events', { events: Array.from({ length: 20 }, () => told) })
      assert.equal((await shop.orders()).length, 1)
      assert.equal((await shop.events('shop.put')).length, 20)
    })

    test('a rule links a website session to a person, who gets what was known of it', async () => {
      const link = (value: string) => ({
        action: 'link-identifier',
        with: { kind: 'session', value },
      })
      const shop = await newShop(roster, [
        rule('login', [find, link('{{ event.session }}')]),
        // The person is made by the very event.
        rule('form', [
          { action: 'set-attributes', with: { match: 'email', attributes: 'event' } },
          link('{{ event.session }}'),
        ]),
      ])
      const visit = (session: string) => {
        return shop.native('PUT', `/profiles/by/session/${session}`, { set: { seen: session } })
      }
      const { profile: visitor } = (await visit('s1')) as { profile: { id: number } }
      await shop.order({ Number: 'V1' }, String(visitor.id))
      await shop.send('login', { session: 's1' })
      const jo = await shop.native('GET', `/profiles/by/session/s1`)
      assert.equal(jo.id, Number(shop.person))
      assert.equal((jo.attributes as JsonObject).seen, 's1')
      assert.equal((await shop.orders())[0]?.fields.Number, 'V1', 'records go along')
      assert.equal((await shop.native('GET', `/profiles/${visitor.id}`)).id, jo.id)
      await shop.send('login', { session: 's2' })
      assert.equal((await shop.native('GET', '/profiles/by/session/s2')).id, jo.id)
      assert.equal((await shop.native('GET', '/profiles/by/session/s1')).id, jo.id)
      const [merged] = await shop.events('profile.merged')
      assert.equal(merged?.cause?.rule.split('@')[0], 'login')
      await visit('s3')
      await shop.send('form', { email: 'al@example.org', session: 's3' })
      const al = await shop.native('GET', '/profiles/by/session/s3')
      assert.deepEqual([al.id === jo.id, (al.attributes as JsonObject).seen], [false, 's3'])
      const absorbed = (await shop.events('profile.absorbed')).at(-1)
      assert.equal(absorbed?.attributes.into, al.id, 'the log has the id it was given')
      // Made and merged in one transaction.
      const told = (type: string, email: string) => {
        return { type, attributes: { email, session: 's5' } }
      }
      const both = [told('shop.form', 'bo@example.org'), told('shop.login', shop.email)]
      await shop.native('POST', '/events', { events: both })
      const gone = (await shop.events('profile.merged')).at(-1)?.attributes.profiles
      const [bo] = gone as number[]
      assert.equal((await shop.native('GET', `/profiles/${bo}`)).id, jo.id)
      assert.equal((await shop.native('GET', '/profiles/by/session/s5')).id, jo.id)
      // Two people with ids of their own, and what many systems write for nobody.
      await shop.native('PUT', '/profiles/by/user_id/u1', { identifiers: { session: 's4' } })
      await shop.native('PATCH', `/profiles/${jo.id}`, { identifiers: { user_id: 'u2' } })
      await shop.send('login', { session: 's4' })
      await shop.send('login', { session: 'undefined' })
      const logins = (await shop.events('shop.login')).slice(-2)
      assert.deepEqual(
        logins.map(({ dropped }) => dropped.map(({ name, reason }) => `${name} ${reason}`)),
        [['session merge_refused'], ['session unfit_value']],
      )
      assert.notEqual((await shop.native('GET', '/profiles/by/session/s4')).id, jo.id)
    })
  })
}

function rule(name: string, steps: object[]) {
  return { name, on: [`shop.${name}`], steps }
}

function create(set: object, collection = 'Orders') {
  return { action: 'create-record', with: { collection, set } }
}

function change(set: object) {
  return { action: 'change-record', with: { set } }
}

function addTag(tag: string) {
  return { action: 'add-tag', with: { tag } }
}

interface Subprofile {
  ID: string
  fields: { [name: string]: string }
}

/** A workspace with these rules, a database with a collection, and one person in it. */
async function newShop(roster: RunningRoster, rules: object[], destinations: object[] = []) {
  const world: NewWorkspace = await roster.newWorkspace()
  await applyRules(roster.store, world.workspace.id, JSON.stringify({ rules, destinations }))
  const call = async (method: string, path: string, token: string, body?: object) => {
    const response = await fetch(`${roster.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${method} ${path}: ${text}`)
    const answer = (text === '' ? {} : JSON.parse(text)) as JsonObject
    return { id: response.headers.get('x-created') ?? '', answer }
  }
  const { copernica, native } = world.tokens
  const write = async (method: string, path: string, body: object) => {
    return (await call(method, `/v4${path}`, copernica?.token ?? '', body)).id
  }
  const read = async (path: string) => {
    return (await call('GET', `/v4${path}`, copernica?.token ?? '')).answer
  }
  await write('POST', '/databases', { name: 'Shop' })
  const collection = await write('POST', '/database/shop/collections', { name: 'Orders' })
  const fields = [
    { name: 'Number', type: 'text' },
    { name: 'Amount', type: 'float' },
    { name: 'Status', type: 'text', value: 'open' },
    { name: 'Day', type: 'empty_date' },
  ]
  for (const field of fields) await write('POST', `/collection/${collection}/fields`, field)
  const email = 'jo@example.org'
  const person = await write('POST', '/database/shop/profiles', { fields: { email } })
  return {
    world,
    person,
    email,
    read,
    write,
    native: async (method: string, path: string, body?: object) =>
      (await call(method, `/api/v1${path}`, native?.token ?? '', body)).answer,
    send: (kind: string, more = {}) =>
      sendEvents(roster.url, world, [{ type: `shop.${kind}`, body: { email, ...more } }]),
    order: (body: object, of = person) =>
      write('POST', `/profile/${of}/subprofiles/${collection}`, body),
    orders: async () => {
      const { data } = await read(`/profile/${person}/subprofiles/${collection}`)
      return data as unknown as Subprofile[]
    },
    rename: async (names: { database: string; collection: string; Amount: string }) => {
      await write('PUT', '/database/shop', { name: names.database })
      await write('PUT', `/collection/${collection}`, { name: names.collection })
      await write('PUT', `/collection/${collection}/field/amount`, { name: names.Amount })
    },
    interests: async () => {
      const tags = await read(`/profile/${person}/interests`)
      return tags as unknown as string[]
    },
    events: async (type: string) => {
      const all = await roster.store.readEvents(world.workspace.id, 0, 1_000)
      return all.filter((each) => each.type === type)
    },
  }
}
