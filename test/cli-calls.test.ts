import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CliCommand, Outcome } from '../src/cli/command.ts'
import { commands } from '../src/cli/command-table.ts'
import { parseArguments } from '../src/cli/parse-arguments.ts'
import { readValues } from '../src/cli/read-values.ts'
import { loadConfig } from '../src/config/load-config.ts'
import type { JsonObject } from '../src/core/json.ts'
import { dialects } from '../src/dialects/registry.ts'
import { openStore } from '../src/storage/open-store.ts'
import { engines } from './kit/engines.ts'
import { newWorkspace } from './kit/new-workspace.ts'
import { tempFolder } from './kit/temp-folder.ts'

const decision = new URL('../src/decision.ts', import.meta.url)

for (const engine of engines) {
  test(`${engine.name}: people are written, merged and told of from the command line`, async () => {
    using folder = tempFolder()
    const place = await engine.newPlace(folder.path)
    const line = inProcess({ ROSTER_DATA: folder.path, ...place.env })
    try {
      const store = await openStore(place.url, { decision })
      const { workspace } = await newWorkspace(store, dialects)
      await store.close()
      const at = ['--workspace', workspace.name]
      const set = ['profiles', 'set', 'user_id', '42', 'first_name=Jo', 'visits:=3', ...at]
      const made = await line.json([...set, '--tag', 'vip', '--identifier', 'crm.id=a=b'])
      assert.equal(made.created, true)
      const [other, merge] = [await line.json(['profiles', 'set', 'crm.id', 'x', ...at]), 'merge']
      assert.equal(other.created, true)
      const from = ['profiles', merge, 'user_id=42', 'crm.id=x', ...at]
      assert.equal((await line.json([...from, '--dry-run'])).dry_run, true)
      const { event_id, profiles } = await line.json(from)
      assert.deepEqual(profiles, [2])
      await line.json(['profiles', 'unmerge', '1', String(event_id), ...at])
      const list = await line.run(['profiles', 'list', '--name', 'jo', ...at])
      assert.match(list.text, /^ID +NAME +IDENTIFIERS.*\n1 +Jo +user_id=42 crm.id=a=b +vip/)
      const sent = await line.json(['events', 'send', 'a.b', 'n:=1', '--profile', '1', ...at])
      const told = await line.json(['call', 'getEvent', `id=${sent.id}`, 'explain=true', ...at])
      assert.deepEqual((told as { event: { attributes: unknown } }).event.attributes, { n: 1 })
      const audit = await line.json(['audit', 'list', '--limit', '1', ...at])
      assert.equal((audit.data as unknown[]).length, 1)
      for (const [words, wrong] of [
        [['call', 'getEvnt'], /Did you mean "getEvent"\?/],
        [['call', 'getEvent', 'idd=1'], /getEvent takes no "idd". Did you mean "id"\?/],
        [
          ['profiles', 'set', 'user_id', '42', 'visits:=three'],
          /visits: The text is not valid JSON/,
        ],
      ] as const) {
        await assert.rejects(line.run([...words, ...at]), { message: wrong, exitCode: 2 })
      }
    } finally {
      await place.remove()
    }
  })
}

test('values are texts, or JSON where that is said', () => {
  const words = ['a=1', 'b:=1', 'c=x=y', 'd:=null', 'e=', 'f:=[1, "x"]', 'g:=: =']
  assert.throws(() => readValues(words), /g: The text is not valid JSON/)
  const read = { a: '1', b: 1, c: 'x=y', d: null, e: '', f: [1, 'x'] }
  assert.deepEqual(readValues(words.slice(0, -1)), read)
  assert.throws(() => readValues(['a=1', 'a=2']), /"a" is given twice/)
  assert.throws(() => readValues(['=1']), /is not NAME=VALUE/)
})

/** Runs commands as they are typed, without a process for each. */
function inProcess(env: { [name: string]: string }) {
  const run = async (words: readonly string[]): Promise<Outcome> => {
    const name = [2, 1].map((n) => words.slice(0, n).join(' ')).find((each) => each in commands)
    const command = (await commands[name ?? '']?.()) as CliCommand
    const parsed = parseArguments(command, words.slice((name ?? '').split(' ').length))
    const { positionals, json } = parsed
    const options = parsed.options as never
    const done = await command.run({ options, positionals, json, config: () => loadConfig(env) })
    return done as Outcome
  }
  return { run, json: async (words: readonly string[]) => (await run(words)).json as JsonObject }
}
