import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { createWitness } from './witness.ts'

const [now, former, strange] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const

test('hashes by the key at hand come first, and those by former keys are known', () => {
  const [before] = createWitness([former]).hashes('a')
  const both = createWitness([now, former]).hashes('a')
  assert.deepEqual([both.length, both[1]], [2, before])
  assert.notEqual(both[0], before)
  assert.match(before, /^[0-9a-f]{32}$/)
})

test('a signature holds for its text alone, also with a former key', () => {
  const witness = createWitness([now, former])
  const signed = createWitness([former]).sign('text')
  assert.equal(witness.check('text', signed), 'good')
  assert.equal(witness.check('texts', signed), 'wrong')
  assert.equal(witness.check('text', createWitness([strange]).sign('text')), 'unknown_key')
  assert.equal(witness.check('text', { ...signed, publicKey: 'AAAA' }), 'wrong')
  assert.equal(witness.check('text', { ...signed, value: '' }), 'wrong')
})
