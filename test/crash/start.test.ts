import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type DataFolder, dataFolder } from '../kit/data-folder.ts'
import { send } from '../kit/http-client.ts'
import { readLog } from '../kit/read-log.ts'
import { rosterBin } from '../kit/spawn-roster.ts'
import { tempFolder } from '../kit/temp-folder.ts'

test('a second server on the same store is refused, and the first goes on', async () => {
  await using folder = await dataFolder()
  await using first = await folder.start()
  const second = spawnSync(rosterBin, ['serve'], {
    env: {
      ...process.env,
      ROSTER_PORT: '0',
      ROSTER_DATA: folder.path,
      NODE_TEST_CONTEXT: undefined,
    },
    encoding: 'utf8',
    timeout: 15_000,
  })
  assert.notEqual(second.status, 0)
  assert.notEqual(second.status, null, 'it ended by itself')
  assert.match(second.stderr, /roster: .*(server|serve|running|lock)/i)
  assert.equal((await send(first.url, { method: 'GET', path: '/readyz' })).status, 200)
})

test('the store is free again after a kill', async () => {
  await using folder = await dataFolder()
  await using first = await folder.start()
  first.kill('SIGKILL')
  await first.exited
  await using second = await folder.start()
  assert.equal((await send(second.url, { method: 'GET', path: '/readyz' })).status, 200)
})

test('the first start leaves calls that work as they are, for its owner alone', async (t) => {
  await using folder = await dataFolder()
  await using roster = await folder.start()
  const file = join(folder.path, 'first-tokens.txt')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const samples = readSamples(readFileSync(file, 'utf8'))
  assert.ok(samples.length >= 4, 'one call for each seed endpoint')
  for (const sample of samples) {
    assert.ok(sample.includes(roster.url), sample)
    await assertWorks(t, folder, sample)
  }
})

test('a later start makes no tokens', async () => {
  await using folder = await dataFolder()
  await (await folder.start()).stop()
  const before = readFileSync(join(folder.path, 'first-tokens.txt'), 'utf8')
  await using _ = await folder.start()
  assert.equal(readFileSync(join(folder.path, 'first-tokens.txt'), 'utf8'), before)
  await folder.withStore(async (store) => {
    assert.deepEqual(
      (await store.listWorkspaces()).map(({ name }) => name),
      ['default'],
    )
    // One for each vendor's dialect and one for the native API.
    assert.equal((await store.listTokens(null)).length, 4)
  })
})

/** The commands: what stands between a `# title` and the next blank line. */
function readSamples(text: string): string[] {
  return text
    .split(/\n{2,}/)
    .filter((part) => part.startsWith('# '))
    .map((part) => part.slice(part.indexOf('\n') + 1))
}

/** Runs a command in a plain shell, as somebody would who pasted it, and looks for what it did. */
async function assertWorks(t: TestContext, folder: DataFolder, command: string): Promise<void> {
  const logged = () =>
    folder.withStore(async (store) => {
      const [workspace] = await store.listWorkspaces()
      return workspace ? (await readLog(store, workspace.id)).length : 0
    })
  const before = await logged()
  using tools = tempFolder()
  const child = spawn('sh', ['-c', command], {
    env: { ...process.env, PATH: withCurl(t, tools.path) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const shown = `${command}\nwrote:\n${out}\n${err}`
  assert.doesNotMatch(out, /HTTP\/1\.1 [45]|"error|"detail"/, shown)
  assert.ok((await logged()) > before, `it changed nothing: ${shown}`)
}

/** The machine's own curl; where there is none, a stand-in for the few options the samples use. */
function withCurl(t: TestContext, folder: string): string {
  const path = process.env.PATH ?? ''
  if (path.split(delimiter).some((part) => existsSync(join(part, 'curl')))) return path
  t.diagnostic('NO CURL ON THIS MACHINE: the samples were run with a stand-in')
  const standIn = fileURLToPath(new URL('../kit/curl-stand-in.ts', import.meta.url))
  writeFileSync(join(folder, 'curl'), `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`)
  chmodSync(join(folder, 'curl'), 0o755)
  return `${folder}${delimiter}${path}`
}
