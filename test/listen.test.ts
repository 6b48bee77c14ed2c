import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine, type RunningCommand } from './kit/command-line.ts'
import { dataFolder } from './kit/data-folder.ts'
import { applyRules, sendEvents, tellAll, until, withKey } from './kit/follow-up-site.ts'

interface Heard {
  url: string
  id: string
  signature: string
  before: boolean
  body: string
}

test('listen verifies what a destination is sent, and a resumed one is sent what waited', async () => {
  await using folder = await dataFolder()
  using line = commandLine({ ...folder.env, ...withKey })
  const site = await folder.newWorkspace()
  const workspace = ['--workspace', site.workspace.name]
  const stranger = line.start('listen', '--port', '0', '--status', '503', '--json')
  await until('it listens', () => heard(stranger).length === 1)
  const url = String(heard(stranger)[0]?.url)
  await folder.withStore((store) =>
    applyRules(store, site.workspace.id, tellAll([{ name: 'shop', url }])),
  )
  await using server = await folder.start({ env: withKey })
  await line.json(['destinations', 'pause', 'shop', ...workspace])
  const email = 'jo@example.org'
  const body = { email, n: 1 }
  const events = [
    { type: 'user.update', body: { email } },
    { type: 'shop.shop', body },
  ]
  await sendEvents(server.url, site, events)
  const waiting = await line.json(['deliveries', 'list', ...workspace])
  assert.deepEqual(
    waiting.map(({ state, attemptCount }: { [key: string]: unknown }) => [state, attemptCount]),
    [['pending', 0]],
  )
  await line.json(['destinations', 'resume', 'shop', ...workspace])
  await until('it is called', () => heard(stranger).length > 1)
  const [, first] = heard(stranger)
  assert.deepEqual([first?.signature, first?.before], ['not checked', false])
  stranger.child.kill('SIGINT')
  assert.equal((await stranger.ended).code, 0)

  const port = new URL(url).port
  const owner = line.start(
    'listen',
    '--port',
    port,
    '--destination',
    'shop',
    ...workspace,
    '--json',
  )
  await until('it listens again', () => heard(owner).length === 1)
  // Within seconds, by the schedule: it was refused until now.
  await until('it is called again', () => heard(owner).length > 1)
  const [, second] = heard(owner)
  assert.equal(second?.signature, 'valid')
  assert.deepEqual([second.id, second.body], [first?.id, first?.body])
  owner.child.kill('SIGINT')
  assert.equal((await owner.ended).code, 0)

  const lines: [string[], number, RegExp][] = [
    [['--secret', 'whsec_x'], 2, /--secret is whsec_ and 24 to 64 bytes/],
    [['--destination', 'shpo', ...workspace], 3, /Did you mean "shop"\?/],
    [['--port', new URL(server.url).port], 1, /is in use; choose another/],
  ]
  for (const [words, wanted, message] of lines) {
    const { code, err } = await line.run('listen', ...words)
    assert.deepEqual([code, message.test(err)], [wanted, true], err)
  }
})

function heard({ out }: RunningCommand): Heard[] {
  const lines = out().split('\n').slice(0, -1)
  return lines.map((text) => JSON.parse(text) as Heard)
}
