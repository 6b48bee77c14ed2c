import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoise } from './memoise.ts'

test('a key asked again is not computed again, whatever its value', () => {
  const asked: string[] = []
  const get = memoise<string | null | undefined>(10, (key) => {
    asked.push(key)
    return key === 'none' ? undefined : key === 'null' ? null : key
  })
  for (const key of ['a', 'none', 'null', 'a', 'none', 'null', 'constructor', 'constructor'])
    get(key)
  assert.deepEqual(asked, ['a', 'none', 'null', 'constructor'])
  assert.equal(get('a'), 'a')
  assert.equal(get('none'), undefined)
  assert.equal(get('null'), null)
})

test('what was asked lately stays, what was not is computed anew', () => {
  const counts = new Map<string, number>()
  const get = memoise(8, (key) => {
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return key
  })
  for (let n = 0; n < 100; n++) {
    get('often')
    get(`once-${n}`)
  }
  assert.equal(counts.get('often'), 1)
  get('once-0')
  assert.equal(counts.get('once-0'), 2)
})
