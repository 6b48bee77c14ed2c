import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { Event } from '../src/core/event.ts'
import { isObject, type JsonObject } from '../src/core/json.ts'
import { dialects } from '../src/dialects/registry.ts'
import type { Answer } from './kit/answer-parser.ts'
import { engines } from './kit/engines.ts'
import { Connection, jsonBody, type WireRequest } from './kit/http-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { readLog } from './kit/read-log.ts'
import { reconcile } from './kit/reconcile.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/*
 * Two workspaces with the same people, every route of the registry, calls at the same time: nothing
 * of the one ever shows in an answer to the other, and each ends as if it had been alone.
 */

let roster: RunningRoster
/** Who calls, in whose name values are written, and which ids it has learned. */
interface World extends NewWorkspace {
  name: string
  /** In every value it writes; must never be seen by the other. */
  mark: string
  people: {
    usercomId: string
    key: string
    channelId: string
    eventId: string
    webhookId: string
  }[]
  ticket: string
}

interface Step {
  route: string
  person: number
  /** Makes values differ, or not: equal ones are calls of their own kind. */
  salt: number
  /** Use an id that the other workspace was given. */
  foreign: boolean
}

/** What a step is made of; kept, so that it can be repeated elsewhere. */
interface Call extends Step {
  ids: World['people'][number]
}

type MakeRequest = (call: Call, world: World) => WireRequest

const emailOf = ({ person }: Step) => `person${person}@example.org`
const userIdOf = ({ person }: Step) => `person-${person}`
const phoneOf = ({ person }: Step) => `+3161234567${person}`
const textOf = ({ salt }: Step, world: World) => `${world.mark}-${salt}`

const routes: { [route: string]: MakeRequest } = {
  'copernica GET /identity': (call, world) =>
    call.salt % 2
      ? copernica('GET', '/v3/identity', world)
      : withTicket('GET', '/v4/identity', world),
  'copernica POST /events/:group/:kind': (call, world) => {
    const kind = ['register', 'update', 'update', 'update', 'remove'][call.salt % 5] ?? 'update'
    const body = { email: emailOf(call), firstname: textOf(call, world), note: call.salt }
    return copernica('POST', `/v4/events/user/${kind}`, world, body)
  },
  'copernica PUT /events/:group/:kind': (call, world) =>
    copernica('PUT', '/v2/events/shop/visit', world, {
      email: emailOf(call),
      at: textOf(call, world),
    }),
  'copernica POST /events/webshop/:area/:kind': (call, world) => {
    const body = { id: textOf(call, world), sku: `s${call.salt}`, count: 1 }
    return copernica('POST', '/v1/events/webshop/cart/add', world, body)
  },
  'copernica PUT /events/webshop/:area/:kind': (call, world) => {
    const body = { id: textOf(call, world), sku: `s${call.salt}` }
    return copernica('PUT', '/v4/events/webshop/cart/remove', world, body)
  },
  'copernica POST /': (_, world) => ({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `access_token=${world.tokens.copernica?.token}`,
  }),
  'copernica GET /': (_, world) => ({
    method: 'GET',
    path: `/?access_token=${world.tokens.copernica?.token}`,
  }),
  'usercom POST /users/update_or_create': (call, world) =>
    usercom('POST', '/users/update_or_create/', world, {
      ...(call.salt % 3 ? { user_id: userIdOf(call) } : {}),
      email: emailOf(call),
      phone_number: phoneOf(call),
      first_name: textOf(call, world),
      [`custom_${call.salt % 4}`]: textOf(call, world),
      tags: [textOf(call, world)],
    }),
  'usercom GET /users/search': ({ ids, ...call }, world) => {
    const by = [`email=${emailOf({ ...call })}&many=true`, `email=${emailOf({ ...call })}`]
    by.push(`key=${ids.key}`, `phone_number=${encodeURIComponent(phoneOf({ ...call }))}`)
    return usercom('GET', `/users/search/?${by[call.salt % by.length]}`, world)
  },
  'usercom GET /users/:id': ({ ids }, world) => usercom('GET', `/users/${ids.usercomId}/`, world),
  'usercom GET /users-by-id/:userId': (call, world) =>
    usercom('GET', `/users-by-id/${userIdOf(call)}/`, world),
  'channeltalk PATCH /users/:userId': (call, world) =>
    channel('PATCH', `/users/${call.ids.channelId}`, world, {
      profile: { lastName: textOf(call, world) },
      tags: [textOf(call, world)],
    }),
  'channeltalk PUT /users/:userId': (call, world) =>
    channel('PUT', `/users/@${userIdOf(call)}`, world, {
      profile: { email: emailOf(call), [`field${call.salt % 3}`]: textOf(call, world) },
      profileOnce: { first: textOf(call, world) },
    }),
  'channeltalk GET /users/:userId': (call, world) => {
    const id = call.salt % 2 ? call.ids.channelId : `@${userIdOf(call)}`
    return channel('GET', `/users/${id}`, world)
  },
  'channeltalk POST /users': (call, world) =>
    channel('POST', '/users', world, { profile: { name: textOf(call, world) } }),
  'channeltalk GET /channel': (_, world) => channel('GET', '/channel', world),
  'channeltalk DELETE /users/:userId': (call, world) => {
    const id = call.salt % 2 ? call.ids.channelId : `@${userIdOf(call)}`
    return channel('DELETE', `/users/${id}`, world)
  },
  'channeltalk POST /users/:userId/block': ({ ids }, world) =>
    channel('POST', `/users/${ids.channelId}/block`, world),
  'channeltalk DELETE /users/:userId/block': ({ ids }, world) =>
    channel('DELETE', `/users/${ids.channelId}/block`, world),
  'channeltalk POST /users/:userId/touch': ({ ids }, world) =>
    channel('POST', `/users/${ids.channelId}/touch`, world),
  'channeltalk PUT /users/:userId/session-jwt/issue': (call, world) =>
    channel('PUT', `/users/@${userIdOf(call)}/session-jwt/issue`, world),
  'channeltalk PUT /users/:userId/user-token/issue': ({ ids }, world) =>
    channel('PUT', `/users/${ids.channelId}/user-token/issue`, world),
  'channeltalk GET /users/:userId/events': ({ ids }, world) =>
    channel('GET', `/users/${ids.channelId}/events`, world),
  'channeltalk POST /users/:userId/events': (call, world) =>
    channel('POST', `/users/${call.ids.channelId}/events`, world, {
      name: textOf(call, world),
      property: { text: textOf(call, world) },
    }),
  'channeltalk DELETE /users/:userId/events/:eventId': ({ ids }, world) =>
    channel('DELETE', `/users/${ids.channelId}/events/${ids.eventId}`, world),
  'channeltalk GET /users/:userId/user-chats': ({ ids }, world) =>
    channel('GET', `/users/${ids.channelId}/user-chats`, world),
  'channeltalk POST /users/:userId/user-chats': ({ ids }, world) =>
    channel('POST', `/users/${ids.channelId}/user-chats`, world),
  'channeltalk GET /user-chats': (_, world) => channel('GET', '/user-chats?state=opened', world),
  'channeltalk GET /user-chats/:chatId': ({ ids }, world) =>
    channel('GET', `/user-chats/${ids.channelId}`, world),
  'channeltalk GET /user-chats/:chatId/messages': ({ ids }, world) =>
    channel('GET', `/user-chats/${ids.channelId}/messages`, world),
  'channeltalk GET /webhooks': (_, world) => channel('GET', '/webhooks', world),
  'channeltalk POST /webhooks': (call, world) =>
    channel('POST', '/webhooks', world, {
      name: textOf(call, world),
      url: `https://${world.mark}.example.org/`,
      scopes: ['*'],
      apiVersion: 'v5',
    }),
  'channeltalk GET /webhooks/:webhookId': ({ ids }, world) =>
    channel('GET', `/webhooks/${ids.webhookId}`, world),
  'channeltalk PATCH /webhooks/:webhookId': ({ ids, salt }, world) =>
    channel('PATCH', `/webhooks/${ids.webhookId}`, world, { blocked: salt % 2 === 0 }),
  'channeltalk DELETE /webhooks/:webhookId': ({ ids }, world) =>
    channel('DELETE', `/webhooks/${ids.webhookId}`, world),
}

/** Every other call of User.com; ids of records are small numbers that both workspaces have. */
for (const { method, path } of dialects.find(({ id }) => id === 'usercom')?.endpoints ?? []) {
  routes[`usercom ${method} ${path}`] ??= (call, world) => {
    const named: { [name: string]: string } = {
      id: path.startsWith('/users/') ? call.ids.usercomId : String((call.salt % 6) + 1),
      userId: userIdOf(call),
      companyId: `company-${call.salt % 2}`,
      name: `custom_${call.salt % 4}`,
    }
    const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => named[name] ?? '')
    if (method === 'GET') return usercom('GET', `${filled}/`, world)
    return usercom(method, `${filled}/`, world, usercomBody(call, world, path))
  }
}

/** Every other call of Copernica. What is made is named alike in both workspaces. */
for (const { method, path } of dialects.find(({ id }) => id === 'copernica')?.endpoints ?? []) {
  routes[`copernica ${method} ${path}`] ??= (call, world) => {
    const small = String((call.salt % 6) + 1)
    const named: { [name: string]: string } = {
      database: call.salt % 2 ? 'users' : String((call.salt % 4) + 101),
      ...{ profile: small, format: 'json', name: 'event.2026-11-28.log' },
      ...{ field: 'points', collection: '102', subprofile: '103', request: '104' },
    }
    const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => named[name] ?? '')
    const days = path === '/consumption' ? '&begin=2026-01-01&end=2026-02-01' : ''
    const query = `?fields[]=${encodeURIComponent(`email==${emailOf(call)}`)}&create=1${days}`
    const body = method === 'GET' ? undefined : copernicaBody(call, world, path)
    return copernica(method, `/v4${filled}${query}`, world, body)
  }
}

function copernicaBody(call: Call, world: World, path: string): JsonObject {
  const { salt } = call
  if (/\/interests$/.test(path) && !path.startsWith('/database')) return { [world.mark]: salt % 2 }
  const made = path.includes('collections') ? 'Orders' : salt % 2 ? 'points' : 'Shop'
  return {
    ...(/(databases|fields|interests|collections)$/.test(path) && { name: made }),
    ...(path.includes('profile') && {
      fields: { email: emailOf(call), city: textOf(call, world), points: salt },
    }),
    ...{ description: textOf(call, world), value: textOf(call, world), behavior: 'nothing' },
    ...{ profiles: [(salt % 3) + 1], report: `${world.mark}@example.org` },
  }
}

function usercomBody(call: Call, world: World, path: string): JsonObject {
  const byText = path.startsWith('/users-by-id')
  const ids = byText ? [userIdOf(call)] : [Number(call.ids.usercomId)]
  // A user gets no name of its own by these: what they are called would be taken by another.
  const names = path.startsWith('/users') ? {} : { name: textOf(call, world) }
  return {
    ...names,
    ...(/tag/.test(path) && { name: textOf(call, world), tag_names: [textOf(call, world)] }),
    ...(/event/.test(path) && { name: `${world.mark} visit`, client: Number(call.ids.usercomId) }),
    ...(/set_attribute|mass_update/.test(path) && { attribute: 'city', ids }),
    ...(/remove_attribute/.test(path) && { attribute: 'city' }),
    ...(/list/.test(path) && { list: (call.salt % 6) + 1, description: textOf(call, world) }),
    ...(/member/.test(path) && { user_custom_id: userIdOf(call) }),
    ...(/merge/.test(path) && { parent: ids[0] ?? 0, users_list: [(call.salt % 3) + 1] }),
    ...(/companies/.test(path) && { company_id: `company-${call.salt % 2}` }),
    ...(path === '/attributes' && { content_type: 'clientuser', value_type: 'string' }),
    value: textOf(call, world),
    city: textOf(call, world),
  }
}

for (const engine of engines) {
  describe(engine.name, () => {
    before(async () => {
      // Webhooks are registered here: that a call to one fails is told when it does, by no order.
      roster = await startRoster(engine, { ROSTER_WORKER: 'off' })
    })
    after(() => roster?.close())

    test('every route of the registry takes part', () => {
      const all = dialects.flatMap(({ id, endpoints, openEndpoints = [] }) =>
        [...endpoints, ...openEndpoints].map(({ method, path }) => `${id} ${method} ${path}`),
      )
      assert.deepEqual(Object.keys(routes).sort(), [...new Set(all)].sort())
    })

    test('two workspaces with the same people never see each other', async () => {
      const step: fc.Arbitrary<Step> = fc.record({
        route: fc.constantFrom(...Object.keys(routes)),
        person: fc.nat({ max: 2 }),
        salt: fc.nat({ max: 11 }),
        foreign: fc.boolean(),
      })
      const steps = fc.array(step, { minLength: 20, maxLength: 60, size: 'max' })
      const numRuns = process.env.ROSTER_TEST_LONG === '1' ? 300 : 20
      await fc.assert(
        fc.asyncProperty(steps, steps, (ofA, ofB) => assertApart(ofA, ofB)),
        { numRuns },
      )
    })

    test('the same holds when every route is called in turn', async () => {
      const all = [0, 1, 2, 3].flatMap((salt) =>
        Object.keys(routes).map((route) => ({ route, person: salt % 2, salt, foreign: salt > 1 })),
      )
      await assertApart(all, all.toReversed())
    })

    test('the check catches tokens that open the other workspace', async () => {
      const kinds = ['channeltalk PUT /users/:userId', 'usercom GET /users-by-id/:userId']
      const steps = kinds.map((route) => ({ route, person: 0, salt: 0, foreign: false }))
      await assert.rejects(assertApart(steps, [...steps, ...steps], true), assert.AssertionError)
    })
  })
}

async function assertApart(
  stepsOfA: readonly Step[],
  stepsOfB: readonly Step[],
  isOne = false,
): Promise<void> {
  const a = await newWorld('alpha')
  const b = { ...(await newWorld('bravo')), ...(isOne ? { tokens: a.tokens } : {}) }
  const [, callsOfB] = await Promise.all([play(stepsOfA, a, b), play(stepsOfB, b, a)])
  const alone = await newWorld('bravo')
  await replay(callsOfB, alone)
  assert.deepEqual(await history(b), await history(alone), 'the other workspace left no trace')
  await reconcile(roster.store, a.workspace.id)
  await reconcile(roster.store, b.workspace.id)
}

async function newWorld(mark: string): Promise<World> {
  const born = await roster.newWorkspace()
  const people = [0, 1, 2].map(() => ({
    usercomId: '0',
    key: 'nobody',
    channelId: 'nobody',
    eventId: 'none',
    webhookId: 'none',
  }))
  return { ...born, name: born.workspace.name, mark, people, ticket: '' }
}

async function play(steps: readonly Step[], world: World, other: World): Promise<Call[]> {
  using connection = new Connection(roster.url)
  const calls: Call[] = []
  for (const step of steps) {
    const ids = { ...((step.foreign ? other : world).people[step.person] as Call['ids']) }
    calls.push({ ...step, ids })
    await makeCall({ ...step, ids }, world, other, connection)
  }
  return calls
}

/** The same calls in another workspace, with the ids that the people have there. */
async function replay(calls: readonly Call[], world: World): Promise<void> {
  using connection = new Connection(roster.url)
  for (const call of calls) {
    const ids = call.foreign ? call.ids : (world.people[call.person] as Call['ids'])
    await makeCall({ ...call, ids: { ...ids } }, world, null, connection)
  }
}

async function makeCall(
  call: Call,
  world: World,
  other: World | null,
  connection: Connection,
): Promise<void> {
  const request = routes[call.route]?.(call, world) as WireRequest
  const answer = await connection.request(request)
  const shown = `${request.method} ${request.path} ${answer.status} ${answer.text}`
  assert.ok(answer.status < 500, shown)
  if (other) {
    const seen = JSON.stringify(answer.rawHeaders) + answer.text
    assert.ok(!seen.includes(other.mark), `shows a value of the other workspace: ${shown}`)
    assert.ok(!seen.includes(other.name), `shows the other workspace: ${shown}`)
    const channelId = other.people[call.person]?.channelId ?? ''
    const asked = request.path.includes(channelId)
    if (!asked) assert.ok(!seen.includes(channelId), `shows an id of the other workspace: ${shown}`)
    if (asked && channelId !== 'nobody') assert.equal(answer.status, 404, shown)
  }
  learn(call, answer, world)
}

function learn(call: Call, answer: Answer, world: World): void {
  if (answer.status >= 300) return
  if (call.route.endsWith(' /')) world.ticket = answer.text
  const known = world.people[call.person]
  const body = /^[[{]/.test(answer.text) ? answer.json() : null
  if (!known || !isObject(body)) return
  if (call.route === 'channeltalk PUT /users/:userId' && isObject(body.user)) {
    known.channelId = String(body.user.id)
  }
  if (isObject(body.event)) known.eventId = String(body.event.id)
  if (isObject(body.webhook)) known.webhookId = String(body.webhook.id)
  if (call.route === 'usercom POST /users/update_or_create') known.usercomId = String(body.id)
  if (call.route === 'usercom GET /users-by-id/:userId') known.key = String(body.key)
}

/** What happened in a workspace, without what differs from one time and token to the next. */
async function history(world: World): Promise<unknown[]> {
  const events = await readLog(roster.store, world.workspace.id)
  return events.map((event: Event) => {
    const { occurredAt, receivedAt, source, ...rest } = event
    // Ids that dialects show are made with the workspace's key: the same person has others there.
    const identifiers = rest.identifiers.map(({ kind, value }) => [
      kind,
      kind.includes('.') || value,
    ])
    const attributes = { ...rest.attributes }
    // A time is not the same in another workspace.
    delete attributes.last_seen_at
    const changes = rest.changes.filter(({ name }) => name !== 'last_seen_at')
    return { ...rest, attributes, changes, identifiers, source: source.dialect }
  })
}

function copernica(method: string, path: string, world: World, body?: JsonObject): WireRequest {
  return request(method, path, { authorization: `Bearer ${world.tokens.copernica?.token}` }, body)
}

function withTicket(method: string, path: string, world: World): WireRequest {
  const token = world.ticket === '' ? world.tokens.copernica?.token : world.ticket
  return request(method, path, { authorization: `Bearer ${token}` })
}

function usercom(method: string, path: string, world: World, body?: JsonObject): WireRequest {
  const headers = { authorization: `Token ${world.tokens.usercom?.token}` }
  return request(method, `/api/public${path}`, headers, body)
}

function channel(method: string, path: string, world: World, body?: JsonObject): WireRequest {
  const headers = {
    'x-access-key': world.tokens.channeltalk?.accessKey ?? '',
    'x-access-secret': world.tokens.channeltalk?.accessSecret ?? '',
  }
  return request(method, `/open/v5${path}`, headers, body)
}

function request(
  method: string,
  path: string,
  headers: { [name: string]: string },
  body?: JsonObject,
): WireRequest {
  return { method, path, ...(body ? jsonBody(body, headers) : { headers }) }
}
