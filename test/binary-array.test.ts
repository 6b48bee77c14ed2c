import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { binaryArray, type ElementType } from '../src/storage/postgres/binary-array.ts'
import { newDatabase, type TestDatabase } from './kit/postgres.ts'

let database: TestDatabase
let client: pg.Client
before(async () => {
  database = await newDatabase()
  client = new pg.Client(database.url)
  await client.connect()
})
after(async () => {
  await client.end()
  await database.remove()
})

const elements: { [type in ElementType]: fc.Arbitrary<unknown> } = {
  int4: fc.integer(),
  int8: fc.maxSafeInteger(),
  text: fc
    .string({ unit: 'grapheme' })
    .filter((text) => !text.includes('\0') && text.isWellFormed()),
}

for (const type of ['int4', 'int8', 'text'] as const) {
  test(`a list of ${type} arrives as it was sent`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(elements[type])), async (values) => {
        const text = `SELECT to_json($1::${type}[]) AS list`
        const { rows } = await client.query({
          name: type,
          text,
          values: [binaryArray(type, values)],
        })
        assert.deepEqual(rows[0].list, values)
      }),
    )
  })
}
