import assert from 'node:assert/strict'
import { createHash, verify } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { applyRules, settled, until, withKey } from './kit/follow-up-site.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type Received, type Receiver, receiver } from './kit/receiver.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/** What the vendors themselves send, to a receiver that is really called. */
for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine, withKey)
    })
    after(() => roster.close())

    test('a webhook of Channel Talk is told who is there, has changed and is gone', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const talk = channelTalk(roster, world)
      const { webhook } = await talk('POST', '/webhooks', hookAt(`${shop.url}in?shop=1`))
      const { user } = await talk('PUT', '/users/@m-1', {
        profile: { email: 'jo@example.org', plan: 'x' },
      })
      await talk('PATCH', `/users/${user.id}`, { profile: { plan: 'y' } })
      const changed = await talk('PATCH', `/users/${user.id}`, {
        profile: { mobileNumber: '+31612345678' },
      })
      const quiet = await talk('PATCH', `/users/${user.id}`, { unsubscribeEmail: true })
      await talk('DELETE', `/users/${user.id}`)
      const all = await settled(roster.store, world)
      assert.deepEqual(
        all.map(({ state }) => state),
        Array(4).fill('delivered'),
      )
      assert.deepEqual(
        all.map(({ destination }) => destination),
        Array(4).fill('channeltalk.webhook-1'),
      )
      const told = (entity: JsonObject, event = 'upsert') => ({
        event,
        type: 'user',
        entity,
        refers: {},
      })
      assert.deepEqual(bodiesOf(shop), [
        told(user),
        told(changed.user),
        told(quiet.user),
        told(quiet.user, 'delete'),
      ])
      const [first] = shop.calls as [Received]
      assert.equal(first.path, `/in?shop=1&token=${webhook.token}`)
      assert.equal(first.method, 'POST')
      assert.equal(first.headers['content-type'], 'application/json')
      assert.equal(first.headers['webhook-signature'], undefined)
      const [attempt] = await roster.store.listAttempts(world.workspace.id, all[0]?.id as never)
      assert.equal(attempt?.sent?.url, `${shop.url}in?shop=1&token=***`)
    })

    test('a webhook of Channel Talk hears of its scopes only, and of nothing once it is gone', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const talk = channelTalk(roster, world)
      const scopes = ['lead.upserted.contact', 'member.deleted']
      const { webhook } = await talk('POST', '/webhooks', hookAt(shop.url, scopes))
      const lead = await talk('POST', '/users', { profile: { email: 'lea@example.org' } })
      await talk('PATCH', `/users/${lead.user.id}`, { unsubscribeEmail: true })
      const member = await talk('PUT', '/users/@m-1', { profile: { email: 'jo@example.org' } })
      await talk('DELETE', `/users/${lead.user.id}`)
      await talk('DELETE', '/users/@m-1')
      // A file of rules takes neither the webhook's rules away nor its destination.
      await applyRules(roster.store, world.workspace.id, '{ "rules": [], "destinations": [] }')
      await talk('PATCH', `/webhooks/${webhook.id}`, { scopes: ['member.upserted.contact'] })
      const other = await talk('PUT', '/users/@m-2', { profile: { email: 'al@example.org' } })
      await settled(roster.store, world)
      const heard = bodiesOf(shop).map(({ event, entity }) => `${event} ${(entity as Shown).id}`)
      const told = [`upsert ${lead.user.id}`, `delete ${member.user.id}`, `upsert ${other.user.id}`]
      assert.deepEqual(heard.sort(), told.sort())
      await talk('DELETE', `/webhooks/${webhook.id}`)
      await talk('PUT', '/users/@m-2', { profile: { email: 'else@example.org' } })
      assert.equal((await settled(roster.store, world)).length, 3)
      assert.deepEqual(await roster.store.listDestinations(world.workspace.id), [])
    })

    test('a webhook of Channel Talk is blocked after 100 failures in a row, until it is unblocked', async () => {
      let status = 400
      using shop = await receiver((_call, response) => response.writeHead(status).end())
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const talk = channelTalk(roster, world)
      const { webhook } = await talk('POST', '/webhooks', hookAt(shop.url))
      const at = `/webhooks/${webhook.id}`
      const join = (n: number) => talk('PUT', `/users/@m-${n}`, { profile: { email: `${n}@b.co` } })
      for (let n = 1; n <= 99; n++) await join(n)
      await settled(roster.store, world)
      assert.equal((await talk('GET', at)).webhook.blocked, false, 'once less is not enough')
      await join(100)
      await until('it is blocked', async () => (await talk('GET', at)).webhook.blocked === true)
      const blocked = (await talk('GET', at)).webhook
      assert.ok(Number.isSafeInteger(blocked.lastBlockedAt), 'it says since when')
      assert.equal(shop.calls.length, 100)
      await join(101)
      const [place] = await roster.store.listDestinations(world.workspace.id)
      assert.deepEqual([place?.state, place?.stateReason], ['disabled', 'failures_in_row'])
      // To the vendor everything below 400 is a success, a redirect too.
      status = 302
      const unblocked = (await talk('PATCH', at, { blocked: false })).webhook
      assert.deepEqual(unblocked, { ...blocked, blocked: false })
      const all = await settled(roster.store, world)
      assert.deepEqual(
        all.map(({ state }) => state),
        [...Array(100).fill('dead'), 'delivered'],
      )
    })

    test('what a webhook may reach is for the operator to say', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace()
      const talk = channelTalk(roster, world)
      await talk('POST', '/webhooks', hookAt(shop.url))
      await talk('PUT', '/users/@m-1', { profile: { email: 'jo@example.org' } })
      const [delivery] = await settled(roster.store, world)
      assert.deepEqual([delivery?.state, delivery?.reason], ['dead', 'address_refused'])
      assert.equal(shop.calls.length, 0)
    })

    test('a rule posts what an automation of User.com posts', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace()
      const step = { destination: 'shop', payload: 'usercom', json: { plan: '{{ event.plan }}' } }
      const rule = { name: 'tell', on: ['custom.upgraded', 'shop.closed'] }
      const yaml = {
        destinations: [{ name: 'shop', type: 'webhook', url: shop.url, allow_private: true }],
        rules: [{ ...rule, steps: [{ action: 'webhook', with: step }] }],
      }
      await applyRules(roster.store, world.workspace.id, JSON.stringify(yaml))
      const call = userCom(roster, world)
      const asked = { user_id: 'u1', email: 'jo@example.org', first_name: 'Jo', tags: ['vip'] }
      const made = await call('POST', '/users/', { ...asked, company_size: 12 })
      await call('POST', `/users/${made.id}/add_tag/`, { name: 'vip' })
      await call('POST', '/lists/', { name: 'buyers' })
      const user = await call('GET', `/users/${made.id}/`)
      await call('POST', '/events/', { name: 'upgraded', user_id: made.id, data: { plan: 'pro' } })
      const [delivery] = await settled(roster.store, world)
      const [body] = bodiesOf(shop) as [JsonObject]
      assert.deepEqual(Object.keys(body), ['path', 'timestamp', 'extra', 'user'])
      const timestamp = String(body.timestamp)
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/)
      assert.equal(Date.parse(timestamp), delivery?.plannedAt)
      const { path, extra, user: told } = body
      assert.deepEqual([path, extra], [delivery?.event, { plan: 'pro' }])
      assert.deepEqual({ ...(told as object), updated_at: null }, { ...user, updated_at: null })
      assert.equal(shop.calls[0]?.headers['content-type'], 'application/json')
    })

    test('webhooks of Copernica get forms that are signed, for the triggers they name', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const call = copernica(roster, world)
      const hook = async (trigger: string) => {
        const handler = `${shop.url}${trigger}?a=1`
        return (await call('POST', '/webhooks', { handler, trigger })).id
      }
      const [id] = [await hook('create'), await hook('update'), await hook('delete')]
      await call('POST', '/databases', { name: 'Shop' })
      const inShop = { handler: `${shop.url}shop?a=1`, trigger: 'delete', database: 'shop' }
      await call('POST', '/webhooks', inShop)
      await hook('bounce')
      await hook('unsubscribe')
      await call('PUT', '/database/1/field/firstname', { name: 'Given' })
      const fields = { email: 'jo@example.org', given: 'Jo' }
      const { id: profile } = await call('POST', '/database/users/profiles', { fields })
      await call('PUT', `/profile/${profile}/fields`, { given: 'Joe' })
      await call('PUT', `/profile/${profile}/unsubscribe`, {})
      await call('DELETE', `/profile/${profile}`)
      const all = await settled(roster.store, world)
      assert.deepEqual(
        all.map(({ state }) => state),
        Array.from({ length: 5 }, () => 'delivered'),
      )
      const forms = new Map(shop.calls.map((each) => [each.path, new URLSearchParams(each.body)]))
      const made = forms.get('/create?a=1')
      const stamps = ['timestamp', 'time', 'created', 'modified']
      assert.deepEqual(shape(made, stamps), {
        type: 'create',
        'parameters[email]': 'jo@example.org',
        'parameters[Given]': 'Jo',
        ...{ timestamp: 'date', time: 'seconds', profile, database: '1' },
        ...{ created: 'date', modified: 'date' },
        ...{ 'fields[email]': 'jo@example.org', 'fields[Given]': 'Jo' },
      })
      assert.equal(forms.get('/update?a=1')?.get('fields[Given]'), 'Joe')
      const left = forms.get('/unsubscribe?a=1')
      assert.deepEqual([left?.get('type'), left?.get('profile')], ['unsubscribe', profile])
      assert.deepEqual(shape(forms.get('/delete?a=1'), stamps), {
        ...{ type: 'delete', timestamp: 'date', time: 'seconds', profile, database: '1' },
        ...{ 'fields[email]': 'jo@example.org', 'fields[Given]': 'Joe' },
        'fields[unsubscribed_email]': '1',
      })
      assert.ok(!forms.has('/shop?a=1'), 'who was in another database')
      const buyer = { fields: { email: 'ed@example.org' } }
      const { id: theirs } = await call('POST', '/database/shop/profiles', buyer)
      await call('DELETE', `/profile/${theirs}`)
      assert.equal((await settled(roster.store, world)).length, 8)
      const told = shop.calls.filter(({ path }) => path === '/shop?a=1').map(({ body }) => body)
      assert.deepEqual(
        told.map((form) => new URLSearchParams(form).get('profile')),
        [theirs],
      )
      const { body } = await call('GET', `/webhook/${id}`)
      const { publicKey, ...shown } = body as { publicKey: string }
      const plain = { callers: [], database: null, collection: null }
      assert.deepEqual(shown, {
        ID: id,
        handler: `${shop.url}create?a=1`,
        trigger: 'create',
        ...plain,
      })
      for (const each of shop.calls) assert.ok(isSigned(each, publicKey), each.path)
      const [other] = shop.calls as [Received]
      assert.ok(!isSigned({ ...other, path: '/else' }, publicKey), 'it is about the address too')
      await call('DELETE', `/webhook/${id}`)
      await call('POST', '/database/users/profiles', { fields: { email: 'al@example.org' } })
      assert.equal((await settled(roster.store, world)).length, 8)
    })

    test('webhooks of Copernica for a collection are told of its subprofiles', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const call = copernica(roster, world)
      await call('POST', '/databases', { name: 'Shop' })
      const make = async (name: string) => {
        const { id } = await call('POST', '/database/shop/collections', { name })
        await call('POST', `/collection/${id}/fields`, { name: 'Amount', type: 'integer' })
        return id
      }
      const [collection, other] = [await make('Orders'), await make('Carts')]
      for (const trigger of ['create', 'update', 'delete', 'click']) {
        const handler = `${shop.url}${trigger}`
        await call('POST', '/webhooks', { handler, trigger, collection })
      }
      const fields = { email: 'jo@example.org' }
      // A subprofile may be somebody's who is not in the database of its collection.
      const { id: profile } = await call('POST', '/database/users/profiles', { fields })
      const order = (of: string, body: object) =>
        call('POST', `/profile/${profile}/subprofiles/${of}`, body)
      await call('PUT', `/collection/${collection}`, { name: 'Purchases' })
      await call('PUT', `/collection/${collection}/field/amount`, { name: 'Total' })
      const { id } = await order(collection, { Total: '5' })
      await order(other, { Amount: '7' })
      await call('PUT', `/subprofile/${id}`, { Total: '6' })
      await call('DELETE', `/subprofile/${id}`)
      await settled(roster.store, world)
      const stamps = ['timestamp', 'time', 'created', 'modified']
      const told = shop.calls.map(({ path, body }) => [
        path,
        shape(new URLSearchParams(body), stamps),
      ])
      const about = {
        ...{ timestamp: 'date', time: 'seconds', profile, subprofile: id, collection },
        database: (await databaseId(call)) ?? '',
      }
      const times = { created: 'date', modified: 'date' }
      const holds = (amount: string, trigger: string) => ({
        ...{ type: trigger, ...about, 'fields[Total]': amount },
        ...(trigger !== 'delete' && { ...times, 'parameters[Total]': amount }),
      })
      assert.deepEqual(Object.fromEntries(told), {
        '/create': holds('5', 'create'),
        '/update': holds('6', 'update'),
        '/delete': holds('6', 'delete'),
      })
    })

    test('webhooks of Copernica are told what became of mails, by whoever sent them', async () => {
      using shop = await receiver()
      const world = await roster.newWorkspace({ privateWebhooks: true })
      const call = copernica(roster, world)
      await call('POST', '/databases', { name: 'Shop' })
      const hook = (trigger: string, more = {}) => {
        return call('POST', '/webhooks', { handler: `${shop.url}${trigger}`, trigger, ...more })
      }
      for (const trigger of ['click', 'delivery', 'bounce', 'failure']) await hook(trigger)
      await hook('open', { database: 'Shop' })
      const fields = { email: 'jo@example.org' }
      const { id: profile } = await call('POST', '/database/shop/profiles', { fields })
      const report = (kind: string, about: object) => call('POST', `/events/mail/${kind}`, about)
      const click = { original: 'https://example.org/sale', ip: '192.0.2.7', useragent: 'Lynx' }
      const tags = ['spring', 'nl']
      await report('click', { id: 'm-1', email: 'Jo@example.org', ...click, tags, more: 1 })
      await report('delivery', { id: 'm-1', profile })
      await report('open', { id: 'm-1', recipient: 'jo@example.org' })
      // Not in the database that the webhook is for, or no profile at all.
      await report('open', { id: 'm-2', recipient: 'al@example.org' })
      await report('bounce', { id: 'm-2', recipient: 'al@example.org', envelope: 'b@example.net' })
      const why = { state: 'rcpt', code: 550, extended: '5.1.1', description: 'no such user' }
      await report('failure', { id: 'm-2', recipient: 'al@example.org', ...why })
      const all = await settled(roster.store, world)
      assert.deepEqual(new Set(all.map(({ state }) => state)), new Set(['delivered']))
      const told = shop.calls.map(({ path, body }) => {
        return [path, shape(new URLSearchParams(body), ['timestamp', 'time'])]
      })
      const to = (id: string, type: string, recipient = 'jo@example.org') => {
        return { id, type, timestamp: 'date', time: 'seconds', recipient }
      }
      assert.deepEqual(Object.fromEntries(told), {
        '/click': { ...to('m-1', 'click', 'Jo@example.org'), ...click, 'tags[]': 'nl' },
        '/delivery': to('m-1', 'delivery'),
        '/open': to('m-1', 'open'),
        '/bounce': { ...to('m-2', 'bounce', 'al@example.org'), envelope: 'b@example.net' },
        '/failure': { ...to('m-2', 'failure', 'al@example.org'), ...why, code: '550' },
      })
      const clicked = shop.calls.find(({ path }) => path === '/click') as Received
      assert.deepEqual(new URLSearchParams(clicked.body).getAll('tags[]'), tags)
      const { body } = await call('GET', '/webhooks')
      const [first] = (body as { data: { publicKey: string }[] }).data
      assert.ok(isSigned(clicked, first?.publicKey ?? ''), 'it is signed as all of them')
      const { id: newest } = await report('click', { recipient: 'jo@example.org' })
      const before = (Number(newest) - 1) as never
      const [event] = await roster.store.readEvents(world.workspace.id, before, 1)
      assert.equal(String(event?.subject), profile, 'the event is about the profile')
    })
  })
}

function bodiesOf({ calls }: Receiver): JsonObject[] {
  return calls.map(({ body }) => JSON.parse(body) as JsonObject)
}

function hookAt(url: string, scopes: string[] = ['*']) {
  return { name: 'n8n', url, scopes, apiVersion: 'v5' }
}

type Shown = JsonObject & { id: string }
type Answer = { user: Shown; webhook: Shown }

/** Calls version 5 of the vendor's API. */
function channelTalk({ url }: RunningRoster, { tokens }: NewWorkspace) {
  const { accessKey = '', accessSecret = '' } = tokens.channeltalk ?? {}
  return async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${url}/open/v5${path}`, {
      method,
      headers: {
        'x-access-key': accessKey,
        'x-access-secret': accessSecret,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    return JSON.parse(text) as Answer
  }
}

/** Calls version 1 of the vendor's API. */
function userCom({ url }: RunningRoster, { tokens }: NewWorkspace) {
  return async (method: string, path: string, body?: object): Promise<JsonObject> => {
    const response = await fetch(`${url}/api/public${path}`, {
      method,
      headers: {
        authorization: `Token ${tokens.usercom?.token}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, text)
    return JSON.parse(text) as JsonObject
  }
}

/** The pairs of a form that say anything, with times by their forms. */
function shape(form: URLSearchParams | undefined, stamps: readonly string[]) {
  const pairs = [...(form ?? [])].filter(([, value]) => value !== '')
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      if (!stamps.includes(name)) return [name, value]
      if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) return [name, 'date']
      return [name, /^\d{10}$/.test(value) ? 'seconds' : value]
    }),
  )
}

/** What the vendor's own verifier looks at, with the key that the API shows. */
function isSigned({ headers, method, path, body }: Received, publicKey: string): boolean {
  const given = headers.signature ?? ''
  const names = /headers="([^"]+)"/.exec(given)?.[1]?.split(' ') ?? []
  const needed = ['(request-target)', 'host', 'date', 'x-copernica-id', 'digest', 'x-nonce']
  if (!needed.every((name) => names.includes(name))) return false
  const digest = createHash('sha256').update(body).digest('base64')
  if (headers.digest !== `sha-256=${digest}`) return false
  if (Math.abs(Date.now() - Date.parse(headers.date ?? '')) > 60_000) return false
  const target = `${method.toLowerCase()} ${path}`
  const text = names.map((name) => {
    return `${name}: ${name === '(request-target)' ? target : headers[name]}`
  })
  const proof = Buffer.from(/signature="([^"]+)"/.exec(given)?.[1] ?? '', 'base64')
  return verify('sha256', Buffer.from(text.join('\n')), publicKey, proof)
}

async function databaseId(call: ReturnType<typeof copernica>): Promise<string | undefined> {
  const { body } = await call('GET', '/database/shop')
  return (body as { ID: string }).ID
}

/** Calls version 4 of the vendor's API. */
function copernica({ url }: RunningRoster, { tokens }: NewWorkspace) {
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}/v4${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.copernica?.token}`,
        'content-type': 'application/json',
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, text)
    const id = response.headers.get('x-created') ?? ''
    return { id, body: text === '' ? null : (JSON.parse(text) as unknown) }
  }
}
