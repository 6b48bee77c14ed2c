import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { rosterBin, type SpawnedRoster, spawnRoster } from '../test/kit/spawn-roster.ts'
import type { EchoAnswer } from './echo.ts'

/** Runs one command of the program to its end, and answers what it printed. */
export async function runRoster(dataDir: string, words: string[]): Promise<string> {
  const child = spawn(rosterBin, words, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ROSTER_DATA: dataDir },
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`roster ${words.join(' ')} ended with ${code}`)
  return printed
}

/** The program with its default options; its log goes to a file. */
export function startServer(dataDir: string): Promise<SpawnedRoster> {
  return spawnRoster({ dataDir, outputFile: join(dataDir, 'server.log'), startMs: 60_000 })
}

export interface EchoServer {
  url: string
  pid: number
  stop(): void
}

/** The yardstick, in a process of its own. */
export async function startEcho(answers: EchoAnswer[]): Promise<EchoServer> {
  const script = fileURLToPath(new URL('./echo.ts', import.meta.url))
  const child = spawn(process.execPath, [script, JSON.stringify(answers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = () => void child.kill('SIGTERM')
  process.once('exit', stop)
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  return { url: String(line).trim(), pid: child.pid as number, stop }
}

export interface Footprint {
  /** From `exec` to the first answer. */
  startedInMs: number
  rssMib: number
}

/** Starts the program three times on a folder that is filled already; the median and the last. */
export async function footprint(dataDir: string): Promise<Footprint> {
  const times: number[] = []
  let rssMib = 0
  for (let start = 0; start < 3; start++) {
    const server = await startServer(dataDir)
    times.push(server.startedInMs)
    await sleep(1_000)
    rssMib = rss(server.pid)
    await server.stop()
  }
  return { startedInMs: Math.round(times.sort((a, b) => a - b)[1] ?? 0), rssMib }
}

/** Resident memory of a process now, in MiB. */
export function rss(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024)
}

/** Processor time that a process has used so far, all its threads together, in seconds. */
export function cpuSeconds(pid: number): number {
  return times(pid, 11, 13)
}

/** The same of a process and all that it began, whether they are still there or not. */
export function cpuSecondsWithChildren(pid: number): number {
  const listed = spawnSync('pgrep', ['-P', `${pid}`], { encoding: 'utf8' }).stdout.trim()
  const living = listed === '' ? [] : listed.split('\n').map(Number)
  const ofLiving = living.map((child) => {
    try {
      return cpuSeconds(child)
    } catch {
      // It ended just now, and counts as one that has.
      return 0
    }
  })
  return ofLiving.reduce((sum, one) => sum + one, times(pid, 11, 15))
}

/** Of fields of `/proc/PID/stat` after the name, which are in hundredths of a second. */
function times(pid: number, from: number, to: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0) / 100
}
