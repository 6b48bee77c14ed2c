import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { csvCell, unguarded } from '../src/cli/csv-cell.ts'
import { progressLine } from '../src/cli/progress.ts'
import type { EventId, Profile } from '../src/core/profile.ts'
import { defaultWorkspace } from '../src/first-start.ts'
import type { FullStore } from '../src/storage/open-store.ts'
import { commandLine } from './kit/command-line.ts'
import { dataFolder } from './kit/data-folder.ts'
import { type Engine, engines } from './kit/engines.ts'
import { until } from './kit/follow-up-site.ts'
import { tempFolder } from './kit/temp-folder.ts'

const rulesText = `
rules:
  - name: greet
    on: [profile.created]
    steps: [{ action: add-tag, with: { tag: greeted } }]
`

/** A folder with an empty workspace, and its store open beside whatever runs. */
async function newPlace(engine: Engine) {
  const folder = await dataFolder(engine)
  const store = await folder.openStore()
  const { id } = await store.createWorkspace(defaultWorkspace, [])
  return {
    ...commandLine(folder.env),
    store,
    start: folder.start,
    file(name: string, text: string): string {
      const path = join(folder.path, name)
      writeFileSync(path, text)
      return path
    },
    async find(kind: string, value: string) {
      const identifier = { kind, value }
      const [found] = await store.findProfiles(id, { keys: [{ identifier }] })
      return found ?? null
    },
    async person(kind: string, value: string): Promise<Profile> {
      const found = await this.find(kind, value)
      assert.ok(found, `${kind} ${value}`)
      return found
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}

for (const engine of engines) {
  test(`${engine.name}: a file is imported beside a server, and its people are found`, async () => {
    await using place = await newPlace(engine)
    await using server = await place.start()
    assert.ok(server.url)
    const rules = place.file('rules.yaml', rulesText)
    await place.json(['rules', 'apply', rules])
    const head = 'Customer ID;E-mail;Surname;unsubscribed email;Tags;usercom_id;plan;secret\r\n'
    const file = place.file(
      'people.csv',
      `\uFEFF${head}` +
        'a1;Ann@Example.com;"de Vries; Jr";yes;vip, new;71;free;x\r\n' +
        'b2;bo@example.com;"Smith\nJones";no;;;"=1+1";x\r\n' +
        'c3;c@example.com;Cho;maybe;;;;\r\n' +
        'd4;d@example.com\r\n',
    )
    const words = ['import', file, '--map', 'secret=-']
    const dry = await place.json([...words, '--dry-run'], 1)
    assert.deepEqual([dry.created, dry.rejected, dry.rejectedFile], [2, 2, null])
    assert.equal(existsSync(`${file}.rejected.csv`), false)
    assert.equal(await place.find('user_id', 'a1'), null)

    const done = await place.json(words, 1)
    assert.deepEqual([done.created, done.changed, done.rejected], [2, 0, 2])
    const targets = done.mapping.map(({ to, kind, name }: { [key: string]: string }) => {
      return kind ?? name ?? to
    })
    const known = ['user_id', 'email', 'last_name', 'unsubscribed_email', 'tags', 'usercom.id']
    assert.deepEqual(targets, [...known, 'plan', 'skip'])
    const ann = await place.person('usercom.id', '71')
    const attributes = { email: 'Ann@Example.com', last_name: 'de Vries; Jr', plan: 'free' }
    assert.deepEqual(ann.attributes, { ...attributes, unsubscribed_email: true })
    assert.deepEqual(ann.tags, ['vip', 'new'])
    assert.equal((await place.person('user_id', 'a1')).id, ann.id)
    const bo = await place.person('email', 'bo@example.com')
    assert.equal(bo.attributes.last_name, 'Smith\nJones')
    // What rules would have done is not done, and the event says why.
    assert.deepEqual(bo.tags, [])
    const explained = await place.run('events', 'explain', '1')
    assert.match(explained.out, /greet@1: does not take events from there/)

    const rejected = readFileSync(`${file}.rejected.csv`, 'utf8')
    assert.match(rejected, /c3,.*,maybe,.*,3,unsubscribed email: must be true or false\./)
    assert.match(rejected, /,4,The row has 2 cells where the header has 8\./)
    const mended = rejected.replace(',maybe,', ',0,').replace(/^d4.*\r\n/m, '')
    const again = await place.json(['import', place.file('mended.csv', mended)])
    assert.deepEqual([again.created, again.rejected], [1, 0])
    const { attributes: cho } = await place.person('user_id', 'c3')
    assert.equal(cho.unsubscribed_email, false)
    assert.deepEqual(Object.keys(cho).includes('_rejected_because'), false)
  })

  test(`${engine.name}: an existing person is found by id, e-mail, phone or number`, async () => {
    await using place = await newPlace(engine)
    await place.json(['rules', 'apply', place.file('rules.yaml', rulesText)])
    const lines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    const first = lines(
      { user_id: 'a', email: 'a@example.com', phone: '+31612345678', born: 1980, score: 'much' },
      { email: 'b@example.com', 'usercom.id': '5', unsubscribed_email: '1' },
      { first_name: 'Nobody' },
    )
    const made = await place.json(['import', place.file('1.ndjson', first), '--follow-ups'])
    assert.equal(made.created, 3)
    const a = await place.person('user_id', 'a')
    assert.deepEqual(a.tags, ['greeted'])

    const second = lines(
      { user_id: 'a', born: null },
      { email: 'A@example.com', seen: 'by address' },
      { 'usercom.id': 5, first_name: 'Bo' },
      // The same address, but another id of the same vendor: another person.
      { 'usercom.id': 6, email: 'b@example.com' },
      // Two rows about one person keep the order of the file.
      { user_id: 'z', n: 1 },
      { user_id: 'z', n: 2 },
      { user_id: 'y', email: 'a@example.com' },
      'no object',
      { user_id: 7, email: { not: 'text' }, ['x'.repeat(200)]: 1 },
    )
    const more = await place.json(['import', place.file('2.ndjson', `${second}{"broken`)], 1)
    const { created, changed, unchanged, rejected } = more
    assert.deepEqual([created, changed, unchanged, rejected], [3, 4, 0, 3])
    const after = await place.person('user_id', 'a')
    assert.equal(after.id, a.id)
    assert.equal(after.attributes.seen, 'by address')
    assert.equal('born' in after.attributes, false)
    assert.equal(after.attributes.score, 'much')
    const bo = await place.person('usercom.id', '5')
    assert.equal(bo.attributes.first_name, 'Bo')
    assert.equal(bo.attributes.unsubscribed_email, true)
    assert.notEqual((await place.person('usercom.id', '6')).id, bo.id)
    assert.equal((await place.person('user_id', 'z')).attributes.n, 2)
    const reasons = readFileSync(join(more.rejectedFile), 'utf8').trim().split('\n')
    assert.deepEqual(
      reasons.map((line) => JSON.parse(line)._row),
      [8, 9, 10],
    )

    const third = lines(
      { phone: '+31612345678', by: 'phone' },
      { phone: '+31600000000', by: 'nobody' },
      { phone: '+31600000000', by: 'the one before' },
    )
    const phones = ['import', place.file('3.ndjson', third), '--find-by', 'phone']
    const found = await place.json(phones)
    assert.deepEqual([found.created, found.changed], [1, 2])
    assert.equal((await place.person('user_id', 'a')).attributes.by, 'phone')
    const fourth = lines({ profile_id: a.id, attributes: { by: 'number' } })
    const number = ['import', place.file('4.ndjson', fourth), '--map', 'profile_id=profile_id']
    assert.equal((await place.json(number)).changed, 1)
    assert.equal((await place.person('user_id', 'a')).attributes.by, 'number')
  })
}

test('an import that is killed goes on: no row is lost, and none is stored twice', async () => {
  await using folder = await dataFolder()
  using line = commandLine(folder.env)
  await folder.withStore((store) => store.createWorkspace(defaultWorkspace, []))
  const rows = 16_000
  const path = join(folder.path, 'people.csv')
  const row = (n: number) => {
    // Every third has nothing to be found by, and every 400th cannot be stored.
    const id = n % 3 === 0 ? '' : `u${n}`
    return `${id},Name ${n},${n % 400 === 0 ? 'x' : n % 9}\n`
  }
  const numbers = Array.from({ length: rows }, (_, index) => index + 1)
  writeFileSync(path, `user_id,name,score\n${numbers.map(row).join('')}`)
  const words = ['import', path]
  const state = `${path}.import.json`

  const killWhen = async (what: string, condition: (store: FullStore) => Promise<boolean>) => {
    const { child, ended } = line.start(...words)
    await folder.withStore((store) => until(what, () => condition(store)))
    child.kill('SIGKILL')
    assert.equal((await ended).signal, 'SIGKILL', 'the import was over before it was killed')
  }
  await killWhen('some rows are stored', async (store) => (await store.statistics()).profiles > 100)
  const changed = await line.run(...words, '--clear-empty')
  assert.equal(changed.code, 3)
  assert.match(changed.err, /interrupted after row \d+, and the file or the options have changed/)
  await killWhen('it is written down how far it got', async () => {
    return (JSON.parse(readFileSync(state, 'utf8')) as { done: number }).done > 0
  })
  const { code, out, err } = await line.run(...words)
  assert.equal(code, 1, err)
  assert.match(err, /Going on after row [1-9]/)
  assert.match(out, new RegExp(`^${rows} rows in `))
  assert.equal(existsSync(state), false)

  const rejected = readFileSync(`${path}.rejected.csv`, 'utf8').trim().split('\r\n').slice(1)
  const refused = numbers.filter((n) => n % 400 === 0)
  assert.deepEqual(
    rejected.map((text) => Number(text.split(',')[3])),
    refused,
  )
  await folder.withStore(async (store) => {
    const [workspace] = await store.listWorkspaces()
    assert.ok(workspace)
    const names = new Map<unknown, number>()
    for (let after: EventId | 0 = 0; ; ) {
      const events = await store.readEvents(workspace.id, after, 5_000)
      for (const { type, attributes } of events) {
        assert.equal(type, 'profile.created')
        names.set(attributes.name, (names.get(attributes.name) ?? 0) + 1)
      }
      after = events.at(-1)?.id ?? after
      if (events.length === 0) break
    }
    assert.equal((await store.statistics()).profiles, rows - refused.length)
    for (const n of numbers) assert.equal(names.get(`Name ${n}`) ?? 0, n % 400 === 0 ? 0 : 1)
  })
})

test('a file as spreadsheets and people write it is read, and what is wrong is told', async () => {
  using folder = tempFolder()
  const line = commandLine({ ROSTER_DATA: folder.path })
  await line.json(['workspace', 'create', defaultWorkspace])
  const path = join(folder.path, 'people.csv')
  const rows = [
    'User ID,Usercom ID,size,note',
    'a,7,27" wide,=HYPERLINK("x")',
    ',,,',
    '',
    'b,8,one,two,three',
    'c,9',
    `${'d'.repeat(600)},,,`,
    `${'e'.repeat(600)},,,`,
  ]
  writeFileSync(path, rows.join('\n'))
  const dry = await line.run('import', path, '--dry-run')
  assert.match(dry.out, /^5 rows in .*: 1 created, 0 changed, 0 unchanged, 4 rejected\./)
  assert.match(dry.out, /2 rows, the first is 4: User ID: is longer than 512 characters\./)
  assert.match(dry.out, /row 2: The row has 5 cells .* which leaves over "three"\./)
  const told = await line.json(['import', path, '--dry-run'], 1)
  assert.deepEqual(told.reasons[0].firstRow, 2)
  await line.json(['import', path], 1)
  const found = await line.json(['profiles', 'get', 'usercom.id=7'])
  assert.deepEqual(found.attributes, { size: '27" wide', note: '=HYPERLINK("x")' })
  const rejected = readFileSync(`${path}.rejected.csv`, 'utf8').split('\r\n')
  assert.match(rejected[1] ?? '', /^b,8,one,two,2,"The row has 5 cells/)
  assert.match(rejected[2] ?? '', /^c,9,,,3,The row has 2 cells where the header has 4\./)
  const piped = await line.run('import', '-', '--format', 'csv')
  assert.deepEqual([piped.code, /write what a pipe holds/.test(piped.err)], [3, true])
})

test('an import is refused with what is wrong before anything is stored', async () => {
  using folder = tempFolder()
  const line = commandLine({ ROSTER_DATA: folder.path })
  await line.json(['workspace', 'create', defaultWorkspace])
  const file = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const people = file('people.csv', 'user_id,plan\na,free\n')
  file('people.csv.rejected.csv', 'kept')
  const cases: [string[], number, RegExp][] = [
    [[join(folder.path, 'none.csv')], 3, /There is no file/],
    [[file('people.txt', 'x')], 2, /Add --format csv or --format ndjson/],
    [[file('twice.csv', 'a,b,a\n1,2,3\n')], 3, /two columns "a"/],
    [[file('empty.csv', '')], 3, /is empty: it has no header/],
    [[people, '--map', 'plam=plan'], 2, /no column "plam"\. Did you mean "plan"\?/],
    [[people, '--map', 'plan'], 2, /--map takes COLUMN=TARGET/],
    [[people, '--find-by', 'name'], 2, /--find-by takes user_id/],
    [[people, '--find-bye', 'x'], 2, /no option --find-bye\. Did you mean "--find-by"\?/],
    [[people, '--workspace', 'none'], 3, /no workspace "none"/],
    [[people], 3, /people\.csv\.rejected\.csv is there already/],
  ]
  for (const [words, wanted, message] of cases) {
    const { code, err } = await line.run('import', ...words)
    assert.equal(code, wanted, err)
    assert.match(err, message)
  }
  assert.equal((await line.run('profiles', 'get', 'user_id=a')).code, 3)
})

test('a cell that a spreadsheet would run is made harmless, and comes back as it was', () => {
  const texts = [
    '=1+1',
    '+31 6',
    '-x',
    '@a',
    "'=x",
    "''@",
    '\tx',
    "it's",
    "'plain'",
    '-5',
    '＝1',
    '',
  ]
  for (const text of texts) {
    const cell = csvCell(text).replace(/^"|"$/g, '')
    assert.equal(unguarded(cell), text)
    assert.doesNotMatch(cell, /^(?!-\d+$)[=+\-@\t＝]/)
  }
})

test('a bar shows how much is done, how fast, and how long the rest will take', () => {
  const line = progressLine({ total: 400, done: 100, counted: 50, seconds: 25, noun: 'rows' })
  assert.equal(line, '[#######.......................] 25% 50 rows, 2 a second, 1 min 15 s left')
})
