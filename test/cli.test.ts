import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { seedPerson } from '../src/cli/seed-person.ts'
import { rosterBin, type SpawnedRoster, spawnRoster } from './kit/spawn-roster.ts'
import { tempFolder } from './kit/temp-folder.ts'

interface Ended {
  code: number | null
  out: string
  err: string
}

test('help lists every command, and every command has help of its own', async () => {
  using place = newPlace()
  const overview = await place.roster('help')
  assert.equal(overview.code, 0)
  const { commands } = JSON.parse((await place.roster('help', '--json')).out) as {
    commands: { name: string }[]
  }
  assert.ok(commands.length >= 16)
  for (const { name } of commands) assert.match(overview.out, new RegExp(`^  ${name} `, 'm'))
  const own = await place.roster('token', 'create', '--help')
  assert.match(own.out, /^Usage: roster token create/)
  assert.match(own.out, /--dialect/)
  assert.equal((await place.roster('help', 'seed')).out, (await place.roster('seed', '-h')).out)
})

test('a mistyped command line is refused with what was meant, and nothing is tried', async () => {
  using place = newPlace()
  const lines: [string[], RegExp][] = [
    [['serv'], /no command "serv"\. Did you mean "serve"\?/],
    [['tokn', 'list'], /Did you mean "token list"\?/],
    [['token', 'lst'], /no command "token lst"\. Did you mean "token list"\?/],
    [['token'], /"token" needs one more word: token create, token list, token limit, token revoke/],
    [['token', 'create'], /--dialect is missing/],
    [['token', 'create', '--dialekt', 'x'], /no option --dialekt\. Did you mean "--dialect"\?/],
    [['seed', '--profiles', 'many', '--seed', '1'], /--profiles must be a whole number from 1/],
    [['seed', '--profiles', '1', '--profiles', '2', '--seed', '1'], /--profiles is given twice/],
    [['seed', '--profiles', '1', '--seed'], /--seed needs a value/],
    [['workspace', 'list', 'x'], /"x" is one word too many/],
    [['workspace', 'list', '--json=1'], /--json takes no value/],
    [['workspace', 'create'], /Something is missing: roster workspace create NAME/],
    [['workspace', 'create', '../x'], /A workspace's name is/],
    [['workspace', 'delete', 'x'], /Add --yes/],
    [['workspace', 'settings', 'x', 'emailMaching=true'], /Did you mean "emailMatching"\?/],
    [['workspace', 'settings', 'x', 'phoneRegion=XQ'], /phoneRegion must be two letters/],
    [['workspace', 'settings', 'x', 'eventDays=0'], /eventDays must be a whole number of days/],
    [
      ['workspace', 'settings', 'x', 'allowedOrigins=https://a.example/path'],
      /allowedOrigins must/,
    ],
    [['profiles', 'get', 'someone'], /neither a number nor KIND=VALUE/],
  ]
  await Promise.all(
    lines.map(async ([words, message]) => {
      const { code, out, err } = await place.roster(...words)
      assert.match(err, message)
      assert.equal(code, 2, words.join(' '))
      assert.equal(out, '')
    }),
  )
  assert.deepEqual(readdirSync(place.path), [])
})

test('wrong configuration ends a command with 2, and doctor says what is wrong', async () => {
  using place = newPlace()
  place.env.ROSTER_PROT = '1'
  const listed = await place.roster('workspace', 'list', '--json')
  assert.equal(listed.code, 2)
  assert.equal(listed.out, '')
  assert.match(JSON.parse(listed.err).error.message, /ROSTER_PROT.*ROSTER_PORT/)
  const doctor = await place.roster('doctor', '--json')
  assert.equal(doctor.code, 1)
  const { ok, findings } = JSON.parse(doctor.out)
  assert.equal(ok, false)
  assert.equal(findings[0].name, 'configuration')
})

test('where there is no store, commands that would find nothing refuse and make none', async () => {
  using place = newPlace()
  const { code, err } = await place.roster('workspace', 'list')
  assert.equal(code, 3)
  assert.match(err, /There is no store in/)
  assert.deepEqual(readdirSync(place.path), [])
})

test('the first start leaves what its owner needs, for its owner alone', async () => {
  using place = newPlace()
  const data = join(place.path, 'data')
  place.env.ROSTER_DATA = data
  await using server = await place.serve()
  const mode = (path: string) => statSync(path).mode & 0o777
  assert.equal(mode(data), 0o700)
  for (const file of readdirSync(data)) assert.equal(mode(join(data, file)), 0o600, file)
  const text = readFileSync(join(data, 'first-tokens.txt'), 'utf8')
  assert.ok(text.includes(server.url))
  assert.match(readFileSync(join(data, 'secret.key'), 'utf8'), /^[0-9a-f]{64}\n$/)
  const tokens = await place.json('token', 'list')
  for (const { publicPart, workspace, dialect } of tokens) {
    assert.equal(workspace, 'default')
    assert.ok(text.includes(publicPart) && text.includes(dialect))
  }
  for (const line of server.output().trim().split('\n')) JSON.parse(line)
  await server.stop()
  const before = readFileSync(join(data, 'first-tokens.txt'))
  await using again = await place.serve()
  assert.ok(again.url)
  assert.deepEqual(await place.json('token', 'list'), tokens)
  assert.deepEqual(readFileSync(join(data, 'first-tokens.txt')), before)
})

test('a first start on a port in use fails clearly, and loses no token', async () => {
  using place = newPlace()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  assert.ok(address && typeof address === 'object')
  place.env.ROSTER_PORT = String(address.port)
  const failed = await place.roster('serve')
  assert.equal(failed.code, 1)
  assert.match(failed.err, /is in use/)
  const doctor = await place.roster('doctor')
  assert.equal(doctor.code, 1)
  assert.match(doctor.out, /^fail +address/m)
  other.close()
  place.env.ROSTER_PORT = '0'
  await using server = await place.serve()
  assert.ok(server.url)
  assert.ok(existsSync(join(place.path, 'first-tokens.txt')))
})

test('a secret key of the wrong length is refused, and mended by nobody', async () => {
  using place = newPlace()
  const path = join(place.path, 'secret.key')
  writeFileSync(path, 'abc\n')
  const { code, err } = await place.roster('serve')
  assert.equal(code, 1)
  assert.match(err, /secret\.key holds 3 characters, but a secret key is 64 hex digits/)
  assert.equal(readFileSync(path, 'utf8'), 'abc\n')
})

test('tokens and workspaces made or ended beside a running server count there at once', async () => {
  using place = newPlace()
  await using server = await place.serve()
  await place.json('workspace', 'create', 'shop')
  const { err, code } = await place.roster('workspace', 'create', 'shop')
  assert.equal(code, 3)
  assert.match(err, /shop/)

  for (const [dialect, names] of [
    ['copernica', ['token']],
    ['usercom', ['token']],
    ['channeltalk', ['accessKey', 'accessSecret']],
  ] as const) {
    const shown = await place.json('token', 'create', '--dialect', dialect, '--workspace', 'shop')
    assert.deepEqual(Object.keys(shown), names)
  }
  const shown = await place.json('token', 'create', '--dialect', 'usercom', '--workspace', 'shop')
  const updated = await update(server, shown.token, { user_id: 'a', first_name: 'Ann' })
  assert.equal(updated, 200)
  const profile = await place.json('profiles', 'get', 'user_id=a', '--workspace', 'shop')
  assert.equal(profile.attributes.first_name, 'Ann')
  const [event] = await place.json('events', 'list', '--workspace', 'shop')
  assert.equal(event.type, 'profile.created')
  assert.equal(event.subject, profile.id)
  assert.equal((await place.roster('profiles', 'get', 'user_id=a')).code, 3)

  const listed = await place.json('token', 'list', '--workspace', 'shop')
  assert.equal(listed.length, 4)
  const { publicPart } = listed.at(-1)
  assert.ok(shown.token.startsWith(publicPart))
  assert.equal(listed[0].rateLimit, 'off')
  await place.json('token', 'limit', publicPart, 'vendor')
  const limited = await place.json('token', 'list', '--workspace', 'shop')
  assert.equal(limited.at(-1).rateLimit, 'vendor')
  await place.json('token', 'revoke', publicPart)
  assert.equal(await update(server, shown.token, { user_id: 'a', first_name: 'Bo' }), 401)
  assert.equal((await place.roster('token', 'revoke', publicPart)).code, 3)

  const secret = shown.token.slice(publicPart.length)
  for (const file of readdirSync(place.path)) {
    const bytes = readFileSync(join(place.path, file))
    if (file.startsWith('roster.db')) assert.equal(bytes.indexOf(secret), -1, file)
  }
  await place.json('workspace', 'delete', 'shop', '--yes')
  assert.deepEqual(
    (await place.json('workspace', 'list')).map(({ name }: { name: string }) => name),
    ['default'],
  )
})

const vendorLimit = ['--rate-limit', 'vendor']

test('a scope, a dialect or a limit nobody knows makes no token', async () => {
  using place = newPlace()
  await place.json('workspace', 'create', 'default')
  const unknown = await place.roster('token', 'create', '--dialect', 'usercmo')
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /Did you mean "usercom"\?/)
  const scope = ['--scope', 'profile:read']
  const wrong = await place.roster('token', 'create', '--dialect', 'usercom', ...scope)
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /Did you mean "profiles:read"\?/)
  const limited = await place.roster('token', 'create', '--dialect', 'copernica', ...vendorLimit)
  assert.equal(limited.code, 2)
  assert.match(limited.err, /The vendor of copernica states no limits on calls\./)
  assert.deepEqual(await place.json('token', 'list'), [])
  place.env.ROSTER_DATABASE_URL = 'mysql://db.example/roster'
  const doctor = await place.roster('doctor')
  assert.equal(doctor.code, 1)
  assert.match(doctor.out, /^fail +store .*sqlite:/m)
})

test('settings are shown, changed, and refused when there is no such workspace', async () => {
  using place = newPlace()
  await place.json('workspace', 'create', 'default')
  const change = ['emailMatching=false', 'phoneRegion=NL', 'allowedOrigins=https://a.example,*']
  change.push('indexedAttributes=name, plan', 'privateWebhooks=true', 'eventDays=90')
  const settings = await place.json('workspace', 'settings', 'default', ...change)
  assert.deepEqual(settings, {
    emailMatching: false,
    unknownKeys: 'create',
    phoneRegion: 'NL',
    allowedOrigins: ['https://a.example', '*'],
    indexedAttributes: ['name', 'plan'],
    privateWebhooks: true,
    eventDays: 90,
  })
  assert.deepEqual(await place.json('workspace', 'settings', 'default'), settings)
  const none = ['phoneRegion=none', 'allowedOrigins=none', 'indexedAttributes=none']
  none.push('eventDays=none')
  const cleared = await place.json('workspace', 'settings', 'default', ...none)
  const { phoneRegion, allowedOrigins, indexedAttributes, eventDays } = cleared
  assert.deepEqual([phoneRegion, allowedOrigins, indexedAttributes], [null, [], []])
  assert.equal(eventDays, null)
  const missing = await place.roster('workspace', 'settings', 'defalt')
  assert.equal(missing.code, 3)
  assert.match(missing.err, /Did you mean "default"\?/)
})

test('rules applied beside a running server act on the next event', async () => {
  using place = newPlace()
  await using server = await place.serve()
  const file = join(place.path, 'rules.yaml')
  const rule = (action: string) =>
    `rules:\n  - name: greet\n    on: [profile.created]\n    steps:\n      - ${action}\n`
  writeFileSync(file, rule('action: add-tag\n        with: { tag: new }'))
  assert.deepEqual((await place.json('rules', 'apply', file)).rules, [
    { name: 'greet', version: 1 },
  ])
  assert.deepEqual((await place.json('rules', 'apply', file)).rules, [
    { name: 'greet', version: 1 },
  ])
  const { token } = await place.json('token', 'create', '--dialect', 'usercom')
  assert.equal(await update(server, token, { user_id: 'b' }), 200)
  assert.deepEqual((await place.json('profiles', 'get', 'user_id=b')).tags, ['new'])

  writeFileSync(file, rule('action: ad-tag'))
  const refused = await place.roster('rules', 'apply', file)
  assert.equal(refused.code, 3)
  assert.match(
    refused.err,
    /rules\.yaml:5:17: There is no action "ad-tag"\. Did you mean "add-tag"\?/,
  )
  const [inForce] = await place.json('rules', 'list')
  assert.equal(inForce.steps[0].action, 'add-tag')
  const none = await place.roster('rules', 'apply', join(place.path, 'none.yaml'))
  assert.equal(none.code, 3)
})

test('the same numbers seed the same people, and seeding again changes nothing', async () => {
  using one = newPlace()
  using two = newPlace()
  const words = ['seed', '--profiles', '300', '--seed', '7']
  assert.equal((await one.json(...words)).created, 300)
  assert.equal((await one.json(...words)).created, 0)
  await two.json('seed', '--profiles', '40', '--seed', '7')
  for (const number of [1, 17, 40]) {
    const person = seedPerson(7, number)
    const kept = await one.json('profiles', 'get', `user_id=${person.userId}`)
    const other = await two.json('profiles', 'get', `email=${person.email.toUpperCase()}`)
    assert.deepEqual(kept.attributes, person.attributes)
    assert.deepEqual(other.attributes, person.attributes)
    assert.deepEqual(kept.tags, person.tags)
    assert.equal(kept.version, 1)
  }
  const events = await one.json('events', 'list', '--limit', '1000')
  assert.equal(events.length, 300)
  assert.deepEqual(await one.json('events', 'list', '--after', '299'), events.slice(299))
  // A store that was only seeded still has its first start before it.
  await using server = await one.serve()
  assert.ok(server.url)
  assert.ok(existsSync(join(one.path, 'first-tokens.txt')))
})

test('a backup under a running server comes back whole, and only where it may', async () => {
  using place = newPlace()
  const file = join(place.path, 'copy.db')
  const server = await place.serve()
  await place.json('seed', '--profiles', '200', '--seed', '1')
  const backup = await place.json('backup', file)
  assert.equal(backup.profiles, 200)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal((await place.roster('backup', file)).code, 3)
  await place.json('seed', '--profiles', '50', '--seed', '2')
  const whileServed = await place.roster('restore', file, '--force')
  assert.equal(whileServed.code, 3)
  assert.match(whileServed.err, /A server uses/)
  await server.stop()

  const kept = await place.roster('restore', file)
  assert.equal(kept.code, 3)
  assert.match(kept.err, /--force/)
  assert.equal((await place.roster('profiles', 'get', 'user_id=seed-2-1')).code, 0)
  const restored = await place.json('restore', file, '--force')
  assert.equal(restored.profiles, 200)
  assert.equal((await place.roster('profiles', 'get', 'user_id=seed-2-1')).code, 3)
  assert.equal((await place.roster('profiles', 'get', 'user_id=seed-1-200')).code, 0)
  assert.deepEqual(
    readdirSync(place.path).filter((name) => name.includes('restoring')),
    [],
  )

  using elsewhere = newPlace()
  await elsewhere.json('restore', file)
  await using again = await elsewhere.serve()
  assert.ok(again.url)
  assert.equal((await elsewhere.json('token', 'list')).length, 4)
})

test('what is no whole backup is refused, and the store stays as it is', async () => {
  using place = newPlace()
  await place.json('seed', '--profiles', '300', '--seed', '1')
  const file = join(place.path, 'copy.db')
  await place.json('backup', file)
  const whole = readFileSync(file)

  const damaged = Buffer.from(whole)
  damaged.fill(0x5a, 3 * 4096, 5 * 4096)
  writeFileSync(file, damaged)
  assert.equal((await place.roster('restore', file, '--force')).code, 3)
  writeFileSync(file, whole)
  truncateSync(file, whole.length - 8 * 4096)
  assert.equal((await place.roster('restore', file, '--force')).code, 3)
  writeFileSync(file, 'not a store')
  const text = await place.roster('restore', file, '--force')
  assert.equal(text.code, 3)
  assert.match(text.err, /copy\.db cannot be restored/)
  assert.equal((await place.roster('restore', join(place.path, 'none.db'))).code, 3)
  const newer = Buffer.from(whole)
  newer.writeUInt32BE(9_999, 60)
  writeFileSync(file, newer)
  const version = await place.roster('restore', file, '--force')
  assert.match(version.err, /schema version is 9999/)
  assert.equal((await place.roster('profiles', 'get', 'user_id=seed-1-300')).code, 0)
})

test('a damaged store is found by doctor and mended by restore', async () => {
  using place = newPlace()
  await place.json('seed', '--profiles', '300', '--seed', '1')
  const file = join(place.path, 'copy.db')
  await place.json('backup', file)
  const healthy = await place.roster('doctor')
  assert.equal(healthy.code, 0, healthy.out)
  const store = join(place.path, 'roster.db')
  const bytes = readFileSync(store)
  bytes.fill(0x5a, 3 * 4096, 40 * 4096)
  writeFileSync(store, bytes)
  // A log of the old store, which must not be played into the restored one.
  writeFileSync(`${store}-wal`, Buffer.alloc(64 * 1024, 1))
  const damaged = await place.roster('doctor')
  assert.equal(damaged.code, 1)
  assert.match(damaged.out, /^fail /m)
  await place.json('restore', file, '--force')
  assert.equal((await place.roster('doctor')).code, 0)
  assert.equal((await place.roster('profiles', 'get', 'user_id=seed-1-300')).code, 0)
})

test('doctor tells of open folders and of the server it finds', async () => {
  using place = newPlace()
  const port = await freePort()
  place.env.ROSTER_PORT = String(port)
  await using server = await place.serve({ ROSTER_PORT: String(port) })
  assert.ok(server.url.endsWith(`:${port}`))
  const ready = await place.roster('doctor')
  assert.equal(ready.code, 0, ready.out)
  assert.match(ready.out, /^ok +address +a server is ready/m)
  assert.match(ready.out, /synchronous=FULL, journal_mode=wal/)
  assert.match(ready.out, /^ok +calls/m)
  const { token } = await place.json('token', 'create', '--dialect', 'copernica')
  const headers = { authorization: `Bearer ${token}` }
  await fetch(`${server.url}/v4/database/7/views/1234`, { headers })
  await fetch(`${server.url}/v4/nobody`)
  const asked = await place.roster('doctor')
  assert.equal(asked.code, 0)
  assert.match(asked.out, /^warn +calls .*: copernica GET \/v4\/database\/\*\/views\/\* \(1\)$/m)
  chmodSync(place.path, 0o755)
  chmodSync(join(place.path, 'secret.key'), 0o644)
  const open = await place.roster('doctor')
  assert.equal(open.code, 0)
  assert.match(open.out, /^warn +data folder/m)
  assert.match(open.out, /^warn +secret key/m)
  assert.match(open.out, /-> .*chmod 700/)
})

test('one store has one server', async () => {
  using place = newPlace()
  await using server = await place.serve()
  assert.ok(server.url)
  const second = await place.roster('serve')
  assert.notEqual(second.code, 0)
  assert.match(second.err, /Another Roster serves/)
})

test('a signal ends an idle server at once, and a second one ends a draining server', async () => {
  using place = newPlace()
  const idle = await place.serve()
  const began = performance.now()
  idle.kill('SIGINT')
  assert.deepEqual(await idle.exited, { code: 0, signal: null })
  // A drain would take 8 s.
  assert.ok(performance.now() - began < 7_000)

  const busy = await place.serve()
  const { token } = await place.json('token', 'create', '--dialect', 'usercom')
  const socket = connect(Number(new URL(busy.url).port), '127.0.0.1')
  socket.on('error', () => {})
  // A request whose body never comes keeps the server draining.
  socket.write(
    'POST /api/public/users/update_or_create/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n' +
      `Authorization: Token ${token}\r\nContent-Length: 10\r\n\r\n{`,
  )
  await once(socket, 'connect')
  await waitUntil(async () => (await status(busy, '/healthz')) === 200)
  busy.kill('SIGTERM')
  await waitUntil(async () => busy.output().includes('"stopping"'))
  // Two at once would be one, passed on.
  await new Promise((resolve) => setTimeout(resolve, 400))
  busy.kill('SIGTERM')
  assert.deepEqual(await busy.exited, { code: 1, signal: null })
  socket.destroy()
})

test('a reader that has seen enough is no fault', async () => {
  using place = newPlace()
  await place.json('seed', '--profiles', '2000', '--seed', '1')
  const child = place.spawn('events', 'list', '--limit', '2000', '--json')
  child.stdout?.once('data', () => child.stdout?.destroy())
  let err = ''
  child.stderr?.on('data', (text: Buffer) => {
    err += text
  })
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assert.equal(err, '')
})

/** A data folder and the program on it. */
test('rules are tried, compared, applied, switched and explained; runs are seen and cancelled', async () => {
  using place = newPlace()
  await using server = await place.serve()
  const page = readFileSync(new URL('../docs/follow-ups.md', import.meta.url), 'utf8')
  const block = (key: string) => new RegExp(`^${key}:\\n(?: .*\\n|\\n)+`, 'm').exec(page)?.[0] ?? ''
  const write = (name: string, text: string) => {
    writeFileSync(join(place.path, name), text)
    return join(place.path, name)
  }
  const file = write('rules.yaml', `${block('rules')}${block('examples')}`)
  const checked = await place.roster('rules', 'check', file)
  assert.equal(checked.out, 'ok   a Dutch buyer gets the tag\n4 rules, 1 examples, 0 failed.\n')
  const bad = `${block('rules')}${block('examples').replace('[buyer]', '[x]')}`
  const failed = await place.roster('rules', 'check', write('bad.yaml', bad))
  assert.equal(failed.code, 1)
  assert.match(failed.out, /^ +tags: expected \["x"\], found \["buyer"\]$/m)

  const dry = await place.roster('rules', 'apply', file, '--dry-run')
  assert.equal(dry.out, '+ tag-dutch-buyers: added\n+ remind-of-the-basket: added\n')
  assert.equal((await place.json('rules', 'list')).length, 2)
  await place.json('rules', 'apply', file)
  assert.deepEqual((await place.json('rules', 'apply', file)).changes, [])
  await place.json('rules', 'disable', 'tag-dutch-buyers')
  const shown = await place.roster('rules', 'show', 'tag-dutch-buyers')
  assert.match(shown.out, /^# version 1, switched off\nname: tag-dutch-buyers\n/)
  const unknown = await place.roster('rules', 'enable', 'tag-duch-buyers')
  assert.match(unknown.err, /Did you mean "tag-dutch-buyers"\?/)
  assert.equal((await place.json('rules', 'history', 'tag-dutch-buyers')).length, 1)
  assert.ok((await place.json('rules', 'schema')).definitions.rule)

  const steps = '[{ wait: PT1H }, { action: add-tag, with: { tag: a } }]'
  const when = '{ profile: country, is: NL }'
  const waiting = write(
    'waiting.yaml',
    `rules:\n  - { name: w, on: [profile.*], when: ${when}, steps: ${steps} }\n`,
  )
  await place.json('rules', 'apply', waiting)
  const { token } = await place.json('token', 'create', '--dialect', 'usercom')
  for (const country of ['BE', 'NL']) {
    assert.ok((await update(server, token, { email: 'jo@x.org', country })) < 300)
  }
  const explained = await place.roster('events', 'explain', '1')
  assert.equal(
    explained.out,
    'Event 1, profile.created, about profile 1.\n' +
      '- w@1: profile.country is "BE"; it has to be "NL".\n',
  )
  assert.match((await place.roster('events', 'explain', '2')).out, /^\+ w@1: run 2:w is waiting$/m)
  const [run] = await place.json('runs', 'list', '--state', 'waiting')
  assert.deepEqual([run.id, run.subject, run.cursor], ['2:w', 1, [1]])
  assert.match((await place.roster('runs', 'show', '2:w')).out, /^0 +waited +until 2/m)
  assert.deepEqual(await place.json('runs', 'cancel', '2:w'), { cancelled: 1 })
  assert.match((await place.roster('runs', 'cancel', '2:w')).err, /does not wait; it is cancelled/)
  assert.deepEqual(await place.json('runs', 'cancel', '--rule', 'w'), { cancelled: 0 })
  assert.equal((await place.json('runs', 'show', '2:w')).reason, 'operator')
})

function newPlace() {
  const folder = tempFolder()
  const env: { [name: string]: string } = {
    ROSTER_DATA: folder.path,
    ROSTER_HOST: '127.0.0.1',
    ROSTER_PORT: '0',
  }
  const start = (...words: string[]): ChildProcess => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(ROSTER_|NODE_)/.test(name))
    return spawn(rosterBin, words, { env: { ...Object.fromEntries(inherited), ...env } })
  }
  const roster = async (...words: string[]): Promise<Ended> => {
    const child = start(...words)
    const [out, err, [code]] = await Promise.all([
      read(child.stdout),
      read(child.stderr),
      once(child, 'close'),
    ])
    return { code, out, err }
  }
  return {
    path: folder.path,
    env,
    spawn: start,
    roster,
    /** The answer of a command that must succeed. */
    // biome-ignore lint/suspicious/noExplicitAny: each command answers with a shape of its own
    async json(...words: string[]): Promise<any> {
      const { code, out, err } = await roster(...words, '--json')
      assert.equal(code, 0, `roster ${words.join(' ')}\n${err}${out}`)
      assert.equal(out.trim().split('\n').length, 1)
      return JSON.parse(out)
    },
    serve: (more: { [name: string]: string } = {}): Promise<SpawnedRoster> =>
      spawnRoster({ dataDir: env.ROSTER_DATA ?? folder.path, env: more }),
    [Symbol.dispose]: () => folder.remove(),
  }
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += chunk
  return text
}

async function update(server: SpawnedRoster, token: string, body: unknown): Promise<number> {
  const answer = await fetch(`${server.url}/api/public/users/update_or_create/`, {
    method: 'POST',
    headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status
}

async function status(server: SpawnedRoster, path: string): Promise<number> {
  const answer = await fetch(`${server.url}${path}`)
  await answer.arrayBuffer()
  return answer.status
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  server.close()
  await once(server, 'close')
  return address.port
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await condition())) {
    assert.ok(performance.now() < deadline, 'waited a minute for nothing')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
