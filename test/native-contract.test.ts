import assert from 'node:assert/strict'
import { hash, randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { createClient } from '../src/client/client.js'
import { nativePath, nativeScopes } from '../src/http/native/dialect.ts'
import { headersOf, type NativeRoute } from '../src/http/native/route.ts'
import { routes } from '../src/http/native/routes.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/* What holds for every call of the native API: the table of routes says what to try. */

for (const engine of engines) {
  describe(`every call on ${engine.name}`, { timeout: 120_000 }, () => {
    let roster: RunningRoster
    let world: NewWorkspace
    let native: NativeClient
    before(async () => {
      roster = await startRoster(engine)
      world = await roster.newWorkspace()
      native = await withScopes(nativeScopes)
    })
    after(() => roster?.close())

    async function withScopes(scopes: readonly string[]): Promise<NativeClient> {
      const dialect = roster.dialects.find(({ id }) => id === 'native')
      const made = dialect?.tokens.make(randomBytes)
      await roster.store.createToken({
        publicPart: made?.publicPart ?? '',
        secretHash: hash('sha256', made?.secret ?? '', 'hex'),
        workspaceId: world.workspace.id,
        ...{ dialect: 'native', scopes: [...scopes], label: '' },
      })
      return nativeClient(roster.url, made?.shown.token ?? '')
    }

    test('says what is left of its rate, and refuses a parameter that nobody knows', async () => {
      for (const route of routes) {
        const { status, body, headers } = await native(route.method, `${at(route)}?strange=1`)
        assert.deepEqual([status, body.errors?.[0].field], [422, 'strange'], route.operation)
        assert.match(headers.get('ratelimit') ?? '', /^"calls";r=\d+;t=\d+$/, route.operation)
        assert.equal(headers.get('ratelimit-policy'), '"calls";q=100000;w=10', route.operation)
      }
      const stream = new AbortController()
      const answer = await fetch(`${roster.url}${nativePath}/events/stream`, {
        headers: { authorization: `Bearer ${world.tokens.native?.token}` },
        signal: stream.signal,
      })
      assert.match(answer.headers.get('ratelimit') ?? '', /^"calls"/)
      stream.abort()
    })

    test('is for tokens with its scope, and for no others', async () => {
      for (const scope of nativeScopes) {
        const only = await withScopes([scope])
        const all = await withScopes(nativeScopes.filter((each) => each !== scope))
        for (const route of routes.filter((each) => each.scope === scope)) {
          // Nothing is done by either: the parameter is refused behind the scope.
          const path = `${at(route)}?strange=1`
          assert.equal((await only(route.method, path)).body.code, 'invalid_field', route.operation)
          assert.equal((await all(route.method, path)).body.code, 'forbidden', route.operation)
        }
      }
    })

    test('refuses a header that would promise what it does not keep', async () => {
      for (const route of routes) {
        const takes = headersOf(route)
        const sent = { 'if-match': '"1"', 'if-none-match': '*', 'last-event-id': '1' }
        for (const [name, value] of Object.entries(sent)) {
          const known = takes.some((each) => each.replace('-tag', '') === name)
          // A full answer is what a reader with If-None-Match asks for.
          if (known || (name === 'if-none-match' && route.method === 'GET')) continue
          const { status, body } = await native(route.method, at(route), undefined, {
            [name]: value,
          })
          assert.deepEqual([status, body.code], [400, 'header_not_taken'], route.operation)
          assert.match(body.detail, new RegExp(`${name}, and nothing was done`, 'i'))
        }
      }
    })

    test('takes a cursor that somebody made up for what it is', async () => {
      const odd = ['x', '-1', '1e3', '0', '1%20OR%201=1', '9007199254740993', '9'.repeat(40)]
      const lists = routes.filter(({ query }) => Object.hasOwn(query?.properties ?? {}, 'cursor'))
      assert.ok(lists.length >= 17)
      for (const route of lists) {
        for (const cursor of [...odd, '%00', '%F0%9F%92%A9', '%5B%5D', '']) {
          const more = route.operation === 'findErasures' ? 'kind=user_id&value=x&' : ''
          const { status, body } = await native('GET', `${at(route)}?${more}cursor=${cursor}`)
          const shown = `${route.operation} ${cursor}: ${status} ${JSON.stringify(body)}`
          assert.ok([200, 404, 422].includes(status), shown)
        }
      }
    })

    test('has pages where it lists things, each entry on one of them', async () => {
      for (const name of ['a', 'b', 'c']) {
        const put = { type: 'webhook', url: 'https://shop.example/' }
        await native('PUT', `/destinations/${name}`, put)
        await native('POST', '/tokens', { dialect: 'native', label: name })
        await native('PUT', `/profiles/by/user_id/${name}`, { set: { [name]: 1 } })
      }
      const steps = [{ action: 'add-tag', with: { tag: 'x' } }]
      for (const tag of ['1', '2', '3']) {
        const rules = ['r', 's', 't'].map((name) => ({ name, on: ['a.b'], steps }))
        await native('PUT', '/rules', {
          rules: [...rules, { name: 'v', on: [`c.d${tag}`], steps }],
        })
      }
      const short = ['/rules', '/rules/v/versions', '/destinations', '/tokens', '/attributes']
      for (const path of [...short, '/workspaces']) {
        const whole = (await native('GET', path)).body
        assert.equal(whole.next_cursor, null, path)
        const found: unknown[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
          const page = (await native('GET', `${path}?limit=2${query}`)).body
          assert.ok(page.data.length <= 2)
          found.push(...page.data)
          cursor = page.next_cursor
        }
        assert.deepEqual(found, whole.data, path)
      }
    })

    test('of an erasure says beforehand whom it would wipe, and heeds If-Match', async () => {
      const person = (await native('PUT', '/profiles/by/user_id/goes', {})).body.profile
      const at = `/profiles/${person.id}/erase`
      const dry = await native('POST', `${at}?dry_run=true`, { confirm: person.id })
      assert.deepEqual([dry.body.dry_run, dry.body.profiles], [true, [person.id]])
      const stale = await native('POST', at, { confirm: person.id }, { 'if-match': '"9"' })
      assert.deepEqual([stale.status, stale.body.code], [412, 'precondition_failed'])
      assert.equal((await native('GET', `/profiles/${person.id}`)).status, 200)
      const any = { 'if-match': '*' }
      const absent = await native('PUT', '/profiles/by/user_id/nobody', { set: {} }, any)
      assert.equal(absent.body.code, 'precondition_failed')
      const there = await native('PUT', '/profiles/by/user_id/goes', { set: { a: 1 } }, any)
      assert.equal(there.status, 200)
    })

    test('that removes or merges says which rules reacted', async () => {
      const rules = [
        { name: 'on-end', on: ['profile.removed', 'profile.merged'], steps: tagging },
        { name: 'other', on: ['a.b'], steps: tagging },
      ]
      await native('PUT', '/rules', { rules })
      const id = async (name: string) =>
        (await native('PUT', `/profiles/by/crm.id/${name}`, {})).body.profile.id as number
      const [stays, goes, removed] = [await id('1x'), await id('2x'), await id('3x')]
      const named = (answer: { body: { explanation: { rules: { rule: string }[] } } }) =>
        answer.body.explanation.rules.map(({ rule }) => rule)
      const merged = await native('POST', `/profiles/${stays}/merge?explain=true`, {
        from: [{ id: goes }],
      })
      assert.deepEqual(named(merged), ['on-end', 'other'])
      const gone = await native('DELETE', `/profiles/${removed}?explain=true`)
      assert.deepEqual(named(gone), ['on-end', 'other'])
    })

    test('limits a token, and refuses where its vendor has no limits', async () => {
      // One that may do everything may hand out a token that may.
      const own = nativeClient(roster.url, world.tokens.native?.token ?? '')
      const made = await own('POST', '/tokens', { dialect: 'usercom', rate_limit: 'vendor' })
      assert.equal(made.status, 201)
      const tokens = (await native('GET', '/tokens')).body.data
      const { public_part, rate_limit } = tokens.at(-1)
      assert.equal(rate_limit, 'vendor')
      const off = await native('PATCH', `/tokens/${public_part}`, { rate_limit: 'off' })
      assert.equal(off.body.rate_limit, 'off')
      const none = await own('POST', '/tokens', { dialect: 'copernica', rate_limit: 'vendor' })
      assert.equal(none.body.errors[0].field, 'rate_limit')
    })

    test('holds among many that are all about one person at once', async () => {
      const entry = (n: number) => ({
        by: { kind: 'user_id', value: 'one' },
        increment: { n: 1 },
        add: { seen: [n] },
        ...(n % 10 === 9 ? { bad: true } : {}),
      })
      const profiles = Array.from({ length: 207 }, (_, n) => entry(n))
      const { status, body } = await native('POST', '/profiles/bulk', { profiles })
      assert.deepEqual([status, body.accepted, body.refused], [207, 187, 20])
      assert.equal(body.results.filter((each: { created?: boolean }) => each.created).length, 1)
      const { attributes } = (await native('GET', '/profiles/by/user_id/one')).body
      assert.equal(attributes.n, 187)
      assert.deepEqual(
        attributes.seen,
        profiles.flatMap((_, n) => (n % 10 === 9 ? [] : [n])),
      )
      const found = (await native('GET', '/profiles?kind=user_id&value=one')).body.data
      assert.equal(found.length, 1)
    })
  })
}

test('the client has every call of the table, and no other', () => {
  const client = createClient({ url: 'http://127.0.0.1', token: '' })
  const ofStream = ['each', 'follow']
  const names = routes.map(({ operation }) => operation).filter((name) => name !== 'streamEvents')
  assert.deepEqual(Object.keys(client).sort(), [...names, ...ofStream].sort())
})

const tagging = [{ action: 'add-tag', with: { tag: 'x' } }]

function at({ path }: NativeRoute): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'kind' ? 'user_id' : '1'))
}
