import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSealer, keyFingerprint, SealError } from './seal.ts'

const key = Buffer.alloc(32, 7)
const place = { workspace: 3, row: 'destination:shop:secret' }

test('what was sealed opens, in its place, and never looks the same twice', () => {
  const sealer = createSealer([key])
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.integer(),
      fc.string(),
      (text, workspace, row) => {
        const sealed = sealer.seal(text, { workspace, row })
        assert.equal(sealer.open(sealed, { workspace, row }), text)
        assert.notEqual(sealer.seal(text, { workspace, row }), sealed)
        assert.match(sealed, /^s1\.[0-9a-f]{16}\.[\w-]{16}\.[\w-]{22,}$/)
      },
    ),
  )
  assert.ok(!sealer.seal('whsec_of_the_shop', place).includes('whsec'))
})

test('any bit that flips is an error', () => {
  const sealer = createSealer([key])
  const sealed = sealer.seal('a secret', place)
  for (let index = 0; index < sealed.length; index++) {
    for (const bit of [1, 2, 4, 8, 16, 32, 64]) {
      const code = String.fromCharCode(sealed.charCodeAt(index) ^ bit)
      const changed = sealed.slice(0, index) + code + sealed.slice(index + 1)
      assert.throws(() => sealer.open(changed, place), SealError, `${index} ^ ${bit}`)
    }
  }
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => sealer.open(sealed.slice(0, length), place), SealError)
  }
})

test('a record does not open in another row or workspace', () => {
  const sealer = createSealer([key])
  const sealed = sealer.seal('a secret', place)
  for (const other of [
    { ...place, workspace: 4 },
    { ...place, row: 'destination:shop2:secret' },
    { workspace: 3, row: '' },
  ]) {
    assert.throws(() => sealer.open(sealed, other), { name: 'SealError', code: 'damaged' })
  }
})

test('after a rotation the old key opens and the new one seals', () => {
  const newKey = randomBytes(32)
  const before = createSealer([key])
  const during = createSealer([newKey, key])
  const after = createSealer([newKey])
  const old = before.seal('a secret', place)
  assert.equal(during.open(old, place), 'a secret')
  assert.equal(during.isOutdated(old), true)
  const fresh = during.seal(during.open(old, place), place)
  assert.equal(during.isOutdated(fresh), false)
  assert.equal(after.open(fresh, place), 'a secret')
})

test('a wrong key is named as such, with both fingerprints and nothing of the keys', () => {
  const sealed = createSealer([key]).seal('a secret', place)
  const other = randomBytes(32)
  assert.throws(
    () => createSealer([other]).open(sealed, place),
    (error) =>
      error instanceof SealError &&
      error.code === 'wrong_key' &&
      error.message.includes(keyFingerprint(key)) &&
      error.message.includes(keyFingerprint(other)) &&
      !error.message.includes(other.toString('hex').slice(0, 16)),
  )
})

test('a short key is refused', () => {
  assert.throws(() => createSealer([randomBytes(31)]), /at least 32 bytes, not 31/)
})
