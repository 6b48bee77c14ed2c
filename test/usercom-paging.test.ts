import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { nativeClient } from './kit/native-client.ts'
import { startRoster } from './kit/start-roster.ts'

const people = 230

interface Page {
  count: number
  next: string | null
  previous: string | null
  results: { user_id: string }[]
}

for (const engine of engines) {
  describe(engine.name, () => {
    test("a client of User.com's that follows `next` meets everybody once, and back", async () => {
      await using roster = await startRoster(engine)
      const { tokens } = await roster.newWorkspace()
      const native = nativeClient(roster.url, tokens.native?.token ?? '')
      const profiles = Array.from({ length: people }, (_, n) => ({
        by: { kind: 'user_id', value: `u${n}` },
        set: { country: n % 2 ? 'NL' : 'BE' },
      }))
      for (const from of [0, 100, 200]) {
        await native('POST', '/profiles/bulk', { profiles: profiles.slice(from, from + 100) })
      }
      const headers = { authorization: `Token ${tokens.usercom?.token}` }
      const pageAt = async (address: string) =>
        (await (await fetch(address, { headers })).json()) as Page

      for (const query of ['', '?ordering=-id', '?page=1']) {
        const met: string[] = []
        let address: string | null = `${roster.url}/api/public/users/${query}`
        let last: Page | null = null
        for (let pages = 0; address && pages < 10; pages++) {
          last = await pageAt(address)
          assert.equal(last.count, people)
          met.push(...last.results.map(({ user_id }) => user_id))
          address = last.next
        }
        assert.equal(met.length, people)
        assert.equal(new Set(met).size, people)
        let steps = 0
        for (; last?.previous; steps++) last = await pageAt(last.previous)
        assert.equal(steps, Math.ceil(people / 100) - 1)
        assert.equal(last?.results[0]?.user_id, met[0])
      }
    })
  })
}
