import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { send } from './http-client.ts'

export interface SpawnOptions {
  /** The data folder; it is made when it is not there. */
  dataDir: string
  env?: { [name: string]: string }
  /** A module that is loaded into the program before it starts: how a fault is planted. */
  preload?: URL
  /** Starts it from its source, for a module that changes more than what Node itself brings. */
  fromSource?: boolean
  /** Where its output goes, so that nobody has to read it while it is measured. */
  outputFile?: string
  /** How long it may take until it answers. */
  startMs?: number
}

/** The program as a process of its own. */
export interface SpawnedRoster {
  url: string
  pid: number
  /** Milliseconds from `exec` to the first answer. */
  startedInMs: number
  /** What it wrote to standard output and error so far. */
  output(): string
  kill(signal: NodeJS.Signals): void
  /** Resolves when the process is gone. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** SIGTERM, then waits; SIGKILL when that does not end it. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type WorkingRoster = Omit<SpawnedRoster, 'url' | 'startedInMs'>

export const rosterBin = fileURLToPath(new URL('../../bin/roster', import.meta.url))
/** What is one module among others here is not in the few files that `bin/roster` prefers. */
const source = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/**
 * Starts `roster serve` on a free port and waits until it is ready. Throws with what the program
 * wrote when it ends or stays silent instead.
 */
export async function spawnRoster(options: SpawnOptions): Promise<SpawnedRoster> {
  const began = performance.now()
  const file = options.outputFile === undefined ? null : openSync(options.outputFile, 'w+')
  const [command, ...words] = options.fromSource
    ? [process.execPath, '--disable-warning=ExperimentalWarning', source]
    : [rosterBin]
  const child = spawn(command, [...words, 'serve'], {
    stdio: ['ignore', file ?? 'pipe', file ?? 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: options.preload ? `--import=${options.preload.href}` : '',
      NODE_TEST_CONTEXT: undefined,
      ROSTER_HOST: '127.0.0.1',
      ROSTER_PORT: '0',
      ROSTER_DATA: options.dataDir,
      ...options.env,
    },
  })
  const exited = ended(child)
  // Whoever ends without stopping it, by a failure for instance, must not leave it behind.
  const killed = () => void child.kill('SIGKILL')
  process.once('exit', killed)
  void exited.then(() => process.removeListener('exit', killed))
  const output =
    options.outputFile === undefined
      ? gather(child)
      : () => readFileSync(options.outputFile as string, 'utf8')
  if (file !== null) void exited.then(() => closeSync(file))
  const url = await findUrl(output, exited, options.startMs ?? 60_000).catch((error) => {
    child.kill('SIGKILL')
    throw error
  })
  const stop = () => end(child, exited)
  return {
    url,
    pid: child.pid as number,
    startedInMs: performance.now() - began,
    output,
    kill: (signal) => void child.kill(signal),
    exited,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** A `roster work` as a process of its own, once it works. */
export async function spawnWork(env: SpawnOptions['env'] = {}): Promise<WorkingRoster> {
  const child = spawn(rosterBin, ['work'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  })
  const exited = ended(child)
  const killed = () => void child.kill('SIGKILL')
  process.once('exit', killed)
  void exited.then(() => process.removeListener('exit', killed))
  const output = gather(child)
  const deadline = performance.now() + 60_000
  while (!output().includes('"msg":"working"')) {
    if (child.exitCode !== null || performance.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`roster work does not work:\n${output()}`)
    }
    await sleep(5)
  }
  const stop = () => end(child, exited)
  const kill = (signal: NodeJS.Signals) => void child.kill(signal)
  return { pid: child.pid as number, output, kill, exited, stop, [Symbol.asyncDispose]: stop }
}

/** Keeps the beginning, where the address is, and the end, where the trouble is. */
function gather(child: ChildProcess): () => string {
  let first = ''
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      if (first.length < 10_000) first += text
      else last = (last + text).slice(-100_000)
    })
  }
  return () => first + last
}

function ended(child: ChildProcess): SpawnedRoster['exited'] {
  return once(child, 'exit').then(([code, signal]) => ({ code, signal }))
}

async function end(child: ChildProcess, exited: SpawnedRoster['exited']): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 12_000)
  await exited
  clearTimeout(late)
}

/** The address is in the first line the program writes about itself; then it must answer. */
async function findUrl(
  written: () => string,
  exited: SpawnedRoster['exited'],
  startMs: number,
): Promise<string> {
  let gone = false
  void exited.then(() => {
    gone = true
  })
  const deadline = performance.now() + startMs
  while (performance.now() < deadline) {
    if (gone) throw new Error(`The program ended instead of starting:\n${written().slice(-3_000)}`)
    const url = /http:\/\/[0-9.]+:\d+/.exec(written())?.[0]
    const answer = url
      ? await send(url, { method: 'GET', path: '/readyz' }).catch(() => null)
      : null
    if (url && answer?.status === 200) return url
    await sleep(5)
  }
  throw new Error(`The program was not ready within ${startMs} ms:\n${written().slice(-3_000)}`)
}
