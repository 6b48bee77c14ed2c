import { globSync } from 'node:fs'
import { join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { type SharedServer, sharedServer, startForTests } from './postgres.ts'

/*
 * Runs the suite, each file in a process of its own, and says which took longest. What every file
 * would make anew on its own is made once for all: a PostgreSQL server with a database to copy, and
 * what Node compiled. Files may be named on the command line; `--quick` runs those that need no
 * program beside them, on SQLite.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const longestMs = 300_000
/** One more than fits on two cores: tests wait for disks and for each other. */
const atOnce = 3

/** Those that take longest come first, so that none of them is left to run alone at the end. */
const first = [
  'test/nodes/faults.test.ts',
  'test/e2e/console.test.ts',
  'test/dialect-cases.test.ts',
  'test/hostile-input.test.ts',
  'test/cli.test.ts',
  'test/crash/kill.test.ts',
  'test/crash/workers.test.ts',
  'test/follow-ups.test.ts',
  'test/follow-ups-cli.test.ts',
  'test/crash/deliveries.test.ts',
  'test/postgres-store.test.ts',
  'test/sqlite-store.test.ts',
  'test/crash/faults.test.ts',
  'test/nodes/nodes.test.ts',
  'test/isolation.test.ts',
  'test/postgres-deliveries.test.ts',
  'test/runs.test.ts',
  'test/crash/runs.test.ts',
  'test/crash/start.test.ts',
  'test/nodes/deliveries.test.ts',
  'test/nodes/planted.test.ts',
  'test/e2e/first-use.test.ts',
  'test/export.test.ts',
  'test/erase.test.ts',
  'test/idempotency.test.ts',
  'test/node-channelio.test.ts',
  'test/native-admin.test.ts',
]

const isQuick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((word) => word !== '--quick')
const files = inOrder(chosen())
const server = isQuick ? null : await shareServer()

const took: { file: string; ms: number }[] = []
const stream = run({
  files: files.map((file) => join(root, file)),
  concurrency: atOnce,
  timeout: longestMs,
  env: {
    ...process.env,
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/roster'),
    ...(isQuick && { ROSTER_TEST_ENGINE: 'sqlite' }),
    ...(server && { [sharedServer]: JSON.stringify(server.shared) }),
  },
})
stream.on('test:fail', () => {
  process.exitCode = 1
})
stream.on('test:summary', ({ file, duration_ms }) => {
  if (file !== undefined) took.push({ file: file.slice(root.length), ms: duration_ms })
})
stream.compose(new spec()).pipe(process.stdout)
stream.on('end', () => {
  const slowest = took.toSorted((a, b) => b.ms - a.ms).slice(0, 15)
  const lines = slowest.map(({ file, ms }) => `  ${(ms / 1_000).toFixed(1)} s  ${file}\n`)
  process.once('exit', () => process.stdout.write(`The longest files:\n${lines.join('')}`))
  void server?.stop()
})

/** What the command line names, else all there is. */
function chosen(): string[] {
  if (isQuick) return quickFiles()
  return named.length > 0 ? named : globSync('{src,test}/**/*.test.ts', { cwd: root })
}

function inOrder(all: readonly string[]): string[] {
  return [...first.filter((file) => all.includes(file)), ...all.filter((f) => !first.includes(f))]
}

/** What is proved in seconds: all that is pure, the vendors' cases, the shell and the rules. */
function quickFiles(): string[] {
  const quick = [
    ...['address-guard', 'applied-json', 'compatibility', 'config', 'decide', 'deliver'],
    ...['dialect-cases', 'docs', 'erase-tables', 'group-provenance', 'http-shell', 'native-docs'],
    ...['outbound', 'overload', 'planning', 'rule-grammar', 'rules-file', 'sign-webhook', 'tidy'],
  ]
  const named = quick.map((name) => `test/${name}.test.ts`)
  return [...named, ...globSync('src/**/*.test.ts', { cwd: root })]
}

/** A server for all files, unless the operator named one. */
async function shareServer(): Promise<{ shared: SharedServer; stop(): Promise<void> } | null> {
  if (process.env.ROSTER_TEST_POSTGRES_URL !== undefined) return null
  return startForTests()
}
