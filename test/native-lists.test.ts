import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject } from '../src/core/json.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    let native: NativeClient
    before(async () => {
      roster = await startRoster(engine)
      const { tokens } = await roster.newWorkspace()
      native = nativeClient(roster.url, tokens.native?.token ?? '')
      const profiles = Array.from({ length: 20 }, (_, n) => ({
        by: { kind: 'user_id', value: `u${n}` },
        set: {
          email: `p${n}@x.org`,
          first_name: n < 3 ? 'Zoe' : 'Ann',
          country: n % 2 ? 'NL' : 'BE',
          n,
        },
        tags: n % 5 === 0 ? ['vip'] : [],
      }))
      await native('POST', '/profiles/bulk', { profiles })
    })
    after(() => roster?.close())

    const found = async (query: { [name: string]: string }) => {
      const { status, body } = await native('GET', `/profiles?${new URLSearchParams(query)}`)
      assert.equal(status, 200, JSON.stringify(body))
      return body.data.map((each: { attributes: JsonObject }) => each.attributes.n)
    }

    test('profiles are searched by what they are called and by conditions of rules', async () => {
      assert.deepEqual(await found({ kind: 'user_id', value: 'u7' }), [7])
      assert.deepEqual(
        await found({ kind: 'email', prefix: 'p1' }),
        // In the order of the addresses: `@` comes behind digits.
        [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 1],
      )
      assert.deepEqual(
        await found({ kind: 'email', prefix: 'p1', order_by: 'id', limit: '2' }),
        [1, 10],
      )
      assert.deepEqual(
        await found({ kind: 'email', prefix: 'p1', order: 'desc', limit: '2' }),
        [19, 18],
      )
      const first = (await native('GET', '/profiles?kind=email&prefix=p1&limit=9')).body
      const rest = { kind: 'email', prefix: 'p1', cursor: first.next_cursor as string }
      assert.deepEqual(await found(rest), [19, 1])
      assert.deepEqual(await found({ name: 'zo' }), [0, 1, 2])
      const where = (condition: JsonObject) => ({ where: JSON.stringify(condition) })
      const dutch = { all: [{ profile: 'country', is: 'NL' }, { tag: 'vip' }] }
      assert.deepEqual(await found(where(dutch)), [5, 15])
      assert.deepEqual(await found(where({ profile: 'n', greater: 17 })), [18, 19])
      assert.deepEqual(await found({ created_since: '2100-01-01' }), [])
      for (const wrong of [
        { event: 'n', is: 1 },
        { not: { changed: 'n' } },
        { profile: 'n', iz: 1 },
      ]) {
        const query = new URLSearchParams(where(wrong))
        const refused = await native('GET', `/profiles?${query}`)
        assert.match(refused.body.errors[0].field, /^where/)
      }
      assert.equal((await native('GET', '/profiles?where={')).status, 422)
      assert.equal((await native('GET', '/profiles?kind=email')).body.errors[0].field, 'kind')
      assert.equal((await native('GET', '/profiles?cursor=nonsense')).status, 422)
    })

    test('profiles are listed in pages, in either direction, and counted', async () => {
      const seen: number[] = []
      let cursor = ''
      do {
        const { body } = await native('GET', `/profiles?limit=7&order=desc&total=true${cursor}`)
        assert.equal(body.total, 20)
        seen.push(...body.data.map((each: { attributes: { n: number } }) => each.attributes.n))
        cursor = body.next_cursor === null ? '' : `&cursor=${encodeURIComponent(body.next_cursor)}`
      } while (cursor !== '')
      assert.deepEqual(
        seen,
        Array.from({ length: 20 }, (_, n) => 19 - n),
      )
    })

    test('events are searched by person, type, source and text, from either end', async () => {
      const person = await native('GET', '/profiles/by/user_id/u3')
      const of = { identifiers: { user_id: 'u3' } }
      await native('POST', '/events', {
        events: [
          { type: 'shop.paid', attributes: { note: 'Blue Bicycle' }, ...of },
          { type: 'shop.sent', ...of },
          { type: 'user.register', attributes: { email: 'new@x.org' } },
        ],
      })
      const types = async (query: string) =>
        (await native('GET', `/events?${query}`)).body.data.map((each: JsonObject) => each.type)
      const id = person.body.id
      assert.deepEqual(await types(`profile_id=${id}`), [
        'profile.created',
        'shop.paid',
        'shop.sent',
      ])
      assert.deepEqual(await types(`profile_id=${id}&order=desc&limit=1`), ['shop.sent'])
      assert.deepEqual(await types('type=shop.*'), ['shop.paid', 'shop.sent'])
      assert.deepEqual(await types('text=blue+bi'), ['shop.paid'])
      assert.deepEqual(await types('rule=keep-profiles-current'), ['profile.created'])
      assert.deepEqual(await types('type=shop.*&until=2020-01-01'), [])
      const first = await native('GET', '/events?order=desc&limit=2')
      const next = await native(
        'GET',
        `/events?order=desc&limit=2&cursor=${first.body.next_cursor}`,
      )
      const ids = [...first.body.data, ...next.body.data].map((each: { id: number }) => each.id)
      assert.deepEqual(ids, [24, 23, 22, 21])
    })

    test('companies that a dialect keeps are told of, from either side', async () => {
      const { tokens } = await roster.newWorkspace()
      const own = nativeClient(roster.url, tokens.native?.token ?? '')
      const vendor = async (method: string, path: string, body: JsonObject) => {
        const answer = await fetch(`${roster.url}/api/public${path}`, {
          method,
          headers: {
            authorization: `Token ${tokens.usercom?.token}`,
            'content-type': 'application/json',
          },
          body: JSON.stringify(body),
        })
        assert.ok(answer.ok, `${path} ${answer.status} ${await answer.clone().text()}`)
        return (await answer.json()) as { id: number }
      }
      const shop = await vendor('POST', '/companies/', {
        ...{ name: 'Shop', company_id: 'c-1', city: 'Delft', floor: 3, tags: ['big'] },
      })
      const bare = await vendor('POST', '/companies/', { name: 'Bare' })
      const people: number[] = []
      for (const name of ['a', 'b', 'c']) {
        const { id } = await vendor('POST', '/users/update_or_create/', { user_id: name })
        people.push(id)
        await vendor('POST', `/companies/${shop.id}/add_member/`, { user_id: id })
      }
      await vendor('POST', `/companies/${bare.id}/add_member/`, { user_id: people[1] as number })

      const { body: first } = await own('GET', '/companies?limit=1')
      const [told] = first.data
      assert.deepEqual(
        [told.id, told.custom_id, told.name, told.attributes, told.tags],
        [shop.id, 'c-1', 'Shop', { city: 'Delft', floor: 3 }, ['big']],
      )
      const { body: rest } = await own('GET', `/companies?cursor=${first.next_cursor}`)
      assert.deepEqual(
        [rest.data.map((each: JsonObject) => each.name), rest.next_cursor],
        [['Bare'], null],
      )
      assert.deepEqual((await own('GET', `/companies/${shop.id}`)).body, told)
      assert.deepEqual((await own('GET', '/companies?custom_id=c-1')).body.data, [told])
      assert.deepEqual((await own('GET', '/companies?custom_id=c-2')).body.data, [])

      const at = `/companies/${shop.id}/profiles?limit=2`
      const { body: page } = await own('GET', at)
      const { body: last } = await own('GET', `${at}&cursor=${page.next_cursor}`)
      const ids = [...page.data, ...last.data].map((each: { id: number }) => each.id)
      assert.deepEqual([ids, last.next_cursor], [people, null])

      const of = await own('GET', `/profiles/${people[1]}/companies`)
      const { member_since, ...same } = of.body.data[0]
      assert.deepEqual(same, told)
      assert.ok(Date.parse(member_since) > 0)
      assert.equal(of.body.data[1].name, 'Bare')
      await own('DELETE', `/profiles/${people[0]}`)
      assert.equal((await own('GET', `/profiles/${people[0]}/companies`)).status, 404)
      assert.equal((await own('GET', at)).body.data[0].id, people[1])
      for (const nobodys of [0, 900_000_000_000]) {
        const { status, body } = await own('GET', `/companies/${nobodys}/profiles`)
        assert.deepEqual([status, body.code], [404, 'record_not_found'])
      }
      assert.equal((await native('GET', `/companies/${shop.id}`)).status, 404)
    })
  })
}
