import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { ConfigError, loadConfig } from '../src/config/load-config.ts'
import { optionTable } from '../src/config/option-table.ts'
import { type Option, options } from '../src/config/options.ts'
import { httpDefaults } from '../src/http/http-config.ts'
import { nearest } from '../src/lib/nearest.ts'

test('without any variable every option has its default', () => {
  const config = loadConfig({})
  assert.equal(config.host, '127.0.0.1')
  assert.equal(config.port, 7678)
  assert.equal(config.data, resolve('./data'))
  assert.equal(config.databaseUrl, null)
  assert.equal(config.secretKey, null)
  assert.equal(config.logLevel, 'info')
  assert.equal(config.bodyBytesMax, 1_048_576)
  assert.equal(config.drainTimeoutMs, 8_000)
})

test('the listener is given the defaults that it documents', () => {
  const config = loadConfig({})
  assert.deepEqual({ ...httpDefaults, ...config }, config)
  for (const [name, value] of Object.entries(httpDefaults)) {
    assert.equal(config[name as keyof typeof httpDefaults], value, name)
  }
})

test('a config is frozen', () => {
  const config = loadConfig({}) as { port: number }
  assert.throws(() => {
    config.port = 1
  }, TypeError)
})

test('variables of others are left alone', () => {
  assert.doesNotThrow(() => loadConfig({ PATH: '/bin', ROSTERS: 'x', ROSTER_TEST_LONG: '1' }))
})

test('an unknown option is refused, with what was perhaps meant', () => {
  assert.deepEqual(problems({ ROSTER_PROT: '1' }), [
    'ROSTER_PROT is not an option. Did you mean "ROSTER_PORT"?',
  ])
  assert.deepEqual(problems({ ROSTER_SECRET_KEY_FIEL: 'x' }), [
    'ROSTER_SECRET_KEY_FIEL is not an option. Did you mean "ROSTER_SECRET_KEY_FILE"?',
  ])
  assert.deepEqual(problems({ ROSTER_SOMETHING_ELSE_ENTIRELY: '1' }), [
    'ROSTER_SOMETHING_ELSE_ENTIRELY is not an option.',
  ])
})

test('an option that is no secret has no file twin', () => {
  assert.deepEqual(problems({ ROSTER_PORT_FILE: '/x' }), [
    'ROSTER_PORT_FILE is not an option: only secrets can be read from a file. Use ROSTER_PORT.',
  ])
})

test('a value that is not allowed is refused with the option, the value and what is allowed', () => {
  for (const port of ['65536', '-1', '1.5', '0x10', ' 80', 'http', '1e3', '99999999999999999999']) {
    assert.deepEqual(problems({ ROSTER_PORT: port }), [
      `ROSTER_PORT: "${port}" is not a whole number from 0 to 65535.`,
    ])
  }
  assert.match(problems({ ROSTER_LOG_LEVEL: 'loud' })[0] ?? '', /"loud" is not one of `trace`/)
  assert.match(problems({ ROSTER_HOST: '' })[0] ?? '', /ROSTER_HOST is empty: leave it out/)
})

test('everything that is wrong is said at once', () => {
  const found = problems({ ROSTER_PROT: '1', ROSTER_PORT: 'x', ROSTER_BODY_BYTES_MAX: '0' })
  assert.equal(found.length, 3)
})

test('a secret may come from a file, and its value is never in a message', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'roster-test-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'key')
  const key = 'AB'.repeat(32)
  writeFileSync(file, `${key}\n`)
  assert.equal(loadConfig({ ROSTER_SECRET_KEY_FILE: file }).secretKey, key.toLowerCase())
  assert.equal(loadConfig({ ROSTER_SECRET_KEY: key }).secretKey, key.toLowerCase())

  writeFileSync(file, 'hunter2')
  const [wrong = ''] = problems({ ROSTER_SECRET_KEY_FILE: file })
  assert.equal(wrong, 'ROSTER_SECRET_KEY_FILE: its value is not 64 hex digits.')
  assert.match(
    problems({ ROSTER_SECRET_KEY_FILE: join(folder, 'none') })[0] ?? '',
    /cannot be read/,
  )
  assert.deepEqual(problems({ ROSTER_SECRET_KEY: key, ROSTER_SECRET_KEY_FILE: file }), [
    'ROSTER_SECRET_KEY and ROSTER_SECRET_KEY_FILE are both set; leave one out.',
  ])
})

test('the documentation holds the option table as it is', () => {
  const doc = readFileSync(new URL('../docs/operating.md', import.meta.url), 'utf8')
  assert.ok(
    doc.includes(`\n${optionTable()}\n`),
    'docs/operating.md lacks the current option table',
  )
})

test('every default is itself allowed', () => {
  const environment = Object.fromEntries(
    Object.values<Option>(options)
      .filter((option) => option.default !== null)
      .map((option) => [option.name, String(option.default)]),
  )
  assert.deepEqual(loadConfig(environment), loadConfig({}))
})

test('the nearest word is the one with the fewest slips, if they are few', () => {
  const words = ['serve', 'seed', 'restore']
  assert.equal(nearest('sevre', words), 'serve')
  assert.equal(nearest('SERVE', words), 'serve')
  assert.equal(nearest('see', words), 'seed')
  assert.equal(nearest('xyz', words), null)
  assert.equal(nearest('', words), null)
})

function problems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
  assert.fail('the configuration was taken')
}
