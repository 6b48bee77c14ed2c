import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJson } from './parse-json.ts'

test('JSON is read, and what is not says where without quoting itself', () => {
  assert.deepEqual(parseJson('{"a": [1]}'), { value: { a: [1] } })
  const broken = parseJson('{\n  "secret": 1 "oops" }')
  assert.deepEqual(broken, { wrong: 'The text is not valid JSON at line 2, column 15.' })
  assert.deepEqual(parseJson('[secret]'), { wrong: 'The text is not valid JSON.' })
})
