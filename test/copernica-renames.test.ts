import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

interface Field {
  ID: string
  name: string
  key?: string
}

/** Many who make, rename and delete fields at once, through the front door. */
for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster.close())

    test('of those who call two fields the same at once, one does', async () => {
      const call = caller(roster, await roster.newWorkspace())
      const names = Array.from({ length: 8 }, (_, index) => `Field${index}`)
      for (const name of names) assert.equal((await call('POST', '/fields', { name })).status, 201)
      const answers = await Promise.all(
        names.map((name) => call('PUT', `/field/${name}`, { name: 'Same' })),
      )
      const refused = answers.filter(({ status }) => status === 400)
      assert.equal(answers.filter(({ status }) => status === 204).length, 1)
      assert.equal(refused.length, names.length - 1)
      for (const { text } of refused) assert.match(text, /The name \\"Same\\" is taken/)
      const fields = await fieldsOf(call)
      const [same] = fields.filter(({ name }) => name === 'Same')
      const freed = same?.key ?? ''
      assert.ok(names.includes(freed), 'it is kept under the name it was made with')
      const [one, other] = await Promise.all(
        [freed, freed].map((name) => call('POST', '/fields', { name })),
      )
      assert.deepEqual([one?.status, other?.status].sort(), [201, 400], 'one new one has its name')
      const made = (await fieldsOf(call)).find(({ name }) => name === freed)
      assert.match(made?.key ?? '', new RegExp(`^${freed}~\\d+$`), 'under a key of its own')
    })

    test('a name that is left and taken at once gives no two fields one key', async () => {
      const call = caller(roster, await roster.newWorkspace())
      const make = () => call('POST', '/fields', { name: 'Colour' })
      await make()
      for (let round = 0; round < 10; round++) {
        await Promise.all([
          make(),
          call('PUT', '/field/colour', { name: `Colour${round}` }),
          make(),
          ...(round % 3 === 2 ? [call('DELETE', `/field/Colour${round - 1}`)] : []),
        ])
        await make()
      }
      const fields = await fieldsOf(call)
      const names = fields.map(({ name }) => name)
      const kept = Array.from({ length: 10 }, (_, round) => `Colour${round}`)
      const deleted = ['Colour1', 'Colour4', 'Colour7']
      const expected = [...kept.filter((name) => !deleted.includes(name)), 'Colour']
      assert.deepEqual(names.sort(), expected.sort())
      const keys = fields.map(({ name, key }) => key ?? name)
      assert.equal(new Set(keys).size, keys.length, keys.join(', '))
    })
  })
}

type Call = ReturnType<typeof caller>

function caller({ url }: RunningRoster, { tokens }: NewWorkspace) {
  return async (method: string, path: string, body: object = []) => {
    const response = await fetch(`${url}/v4/database/1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${tokens.copernica?.token}`,
        'content-type': 'application/json',
      },
      ...(method !== 'GET' && { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
}

/** But for those of every profile. */
async function fieldsOf(call: Call): Promise<Field[]> {
  const { text } = await call('GET', '/fields?start=4')
  return (JSON.parse(text) as { data: Field[] }).data
}
