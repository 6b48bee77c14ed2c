import assert from 'node:assert/strict'
import { test } from 'node:test'
import { commandLine } from './kit/command-line.ts'
import { dataFolder } from './kit/data-folder.ts'
import { engines } from './kit/engines.ts'
import { applyRules, sendEvents, until, withKey } from './kit/follow-up-site.ts'
import { receiver } from './kit/receiver.ts'

interface Entry {
  kind: string
  id: number
  type: string
  rule: string
  matched: boolean
  because: string
  event: { id: number }
  state: string
  destination: string
}

for (const engine of engines) {
  test(`${engine.name}: events, decisions and deliveries are followed beside a server`, async () => {
    await using folder = await dataFolder(engine)
    using shop = await receiver()
    using line = commandLine({ ...folder.env, ...withKey })
    const site = await folder.newWorkspace()
    await folder.withStore(async (store) => {
      const to = { name: 'shop', type: 'webhook', url: shop.url, allow_private: true }
      const match = { match: 'email', attributes: 'event' }
      const tell = { action: 'webhook', with: { destination: 'shop', body: '{}' } }
      const when = { event: 'city', is: 'Utrecht' }
      const rules = [
        { name: 'keep', on: ['user.update'], steps: [{ action: 'set-attributes', with: match }] },
        { name: 'tell', on: ['user.update'], when, steps: [tell] },
      ]
      const yaml = JSON.stringify({ destinations: [to], rules })
      await applyRules(store, site.workspace.id, yaml)
    })
    await using server = await folder.start({ env: withKey })
    const workspace = ['--workspace', site.workspace.name, '--json']
    const send = (...bodies: object[]) => {
      const events = bodies.map((body) => ({ type: 'user.update', body }))
      return sendEvents(server.url, site, events)
    }
    await send({ email: 'old@example.com' })

    const kinds = ['events', 'decisions', 'deliveries']
    const whole = line.start('tail', ...kinds, ...workspace)
    const deliveries = line.start('tail', 'deliveries', '--rule', 'tell', ...workspace)
    const filtered = ['--type', 'profile.*', '--source', 'rule:keep@1', '--limit', '2']
    const changes = line.start('tail', ...filtered, ...workspace)
    const tails = [whole, deliveries, changes]
    await until('all of them follow', async () => {
      return tails.every(({ err }) => err().includes('Following'))
    })
    await send(
      { email: 'a@example.com', city: 'Utrecht' },
      { email: 'b@example.com', city: 'Gent' },
    )

    const entries = (of = whole) => {
      const lines = of.out().split('\n').slice(0, -1)
      return lines.map((text) => JSON.parse(text) as Entry)
    }
    const isDelivered = ({ kind, state }: Entry) => kind === 'delivery' && state === 'delivered'
    await until('everything is told', async () => {
      const told = entries().filter(({ kind }) => kind !== 'delivery')
      return (
        told.length >= 8 && entries().some(isDelivered) && entries(deliveries).some(isDelivered)
      )
    })
    const told = entries().map(({ kind, type, rule, matched, because, state }) => {
      if (kind === 'event') return type
      if (kind === 'decision') return `${rule} ${matched ? 'reacts' : because}`
      return state === 'delivered' ? state : 'under way'
    })
    const decided = told.filter((text) => text !== 'delivered' && text !== 'under way')
    // An event that a rule caused is followed by no decision here: no rule is about its type.
    assert.deepEqual(decided, [
      ...['user.update', 'keep reacts', 'tell reacts', 'profile.created'],
      ...['user.update', 'keep reacts', 'tell condition', 'profile.created'],
    ])
    const ended = await changes.ended
    assert.equal(ended.code, 0, ended.err)
    assert.deepEqual(
      entries(changes).map(({ type }) => type),
      ['profile.created', 'profile.created'],
    )
    assert.ok(
      entries(deliveries).every(
        ({ kind, destination }) => `${kind} ${destination}` === 'delivery shop',
      ),
    )
    for (const { child, ended } of [whole, deliveries]) {
      child.kill('SIGINT')
      assert.equal((await ended).code, 0)
    }

    // What came while nobody looked is told to whoever goes on.
    const [first] = entries()
    assert.ok(first)
    const person = ['--person', 'email=b@example.com', '--type', 'profile.created']
    const from = ['--after', String(first.id), '--limit', '1', ...workspace.slice(0, 2)]
    const { out, err } = await line.run('tail', ...person, ...from)
    assert.match(out, /event \d+ profile\.created; profile \d+; by rule:keep@1; changed .*city/)
    assert.match(err, /Go on with --after \d+\./)
  })
}

test('what cannot be followed is refused', async () => {
  await using folder = await dataFolder()
  const line = commandLine(folder.env)
  await line.json(['workspace', 'create', 'default'])
  const lines: [string[], number, RegExp][] = [
    [['event'], 2, /"event" cannot be followed; events, decisions, deliveries can/],
    [['--person', 'x'], 2, /neither a number nor KIND=VALUE/],
    [['--person', 'user_id=x'], 3, /No profile has user_id=x/],
    [['--form', '1'], 2, /no option --form/],
  ]
  for (const [words, wanted, message] of lines) {
    const { code, err } = await line.run('tail', ...words)
    assert.deepEqual([code, message.test(err)], [wanted, true], err)
  }
})
