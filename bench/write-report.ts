import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Footprint } from './bench-server.ts'
import type { DiskUse } from './disk-use.ts'
import type { LoadResult } from './load.ts'

/** What a round measured on one side. */
export interface Measured extends LoadResult {
  /** Processor time of the server, all threads together, in microseconds a request. */
  cpuUs: number
}

export interface Pair {
  roster: Measured
  echo: Measured
}

export interface BenchResults {
  settings: { rounds: number; seconds: number; profiles: number; connections: number }
  results: { [scenario: string]: Pair[] }
  /** By how many profiles were there. */
  footprints: { [profiles: string]: Footprint }
  rssLoadedMib: number
  disk: DiskUse
}

/** Prints the tables, and writes them with everything measured to `results/`. */
export function writeReport(bench: BenchResults): void {
  const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' })
  const date = new Date().toISOString()
  const short = commit.stdout.trim() || 'unknown'
  const command = ['npm run bench --', ...process.argv.slice(2)].join(' ')
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  }
  const table = [endpointTable(bench), sizeTable(bench)].join('\n\n')
  const folder = new URL('./results/', import.meta.url)
  mkdirSync(folder, { recursive: true })
  const file = fileURLToPath(new URL(`${date.slice(0, 10)}-${short}.json`, folder))
  const { node, sqlite } = process.versions
  const versions = { roster: short, node, sqlite, ...dependencyVersions() }
  writeFileSync(
    file,
    `${JSON.stringify({ date, command, machine, versions, ...bench }, null, 2)}\n`,
  )
  process.stdout.write(
    `\n${table}\n\n${machine.cores} x ${machine.cpu}, ${machine.memoryGib} GiB, Node ${node}\n` +
      `written to ${relative(process.cwd(), file)}\n`,
  )
}

/** One round of both sides on a line. */
export function shownPair({ roster, echo }: Pair): string {
  const side = (one: Measured) =>
    `${Math.round(one.perSecond)}/s p50 ${round(one.p50Ms)} p99 ${round(one.p99Ms)} ms` +
    ` ${Math.round(one.cpuUs)} us${one.errors ? `, ${one.errors} ERRORS` : ''}` +
    `${one.wrapped ? ', wrapped' : ''}`
  return `roster ${side(roster)}; echo ${side(echo)}; ${round(roster.perSecond / echo.perSecond)}`
}

function endpointTable({ results }: BenchResults): string {
  const rows = Object.entries(results).map(([name, pairs]) => {
    const of = (pick: (pair: Pair) => number) => median(pairs.map(pick))
    const errors = pairs.reduce((sum, { roster, echo }) => sum + roster.errors + echo.errors, 0)
    return [
      `\`${name}\``,
      Math.round(of((pair) => pair.roster.perSecond)),
      Math.round(of((pair) => pair.echo.perSecond)),
      round(of((pair) => pair.roster.perSecond / pair.echo.perSecond)),
      round(of((pair) => pair.roster.p50Ms)),
      round(Math.max(...pairs.map((pair) => pair.roster.p99Ms))),
      `${Math.round(of((pair) => pair.roster.cpuUs))} / ${Math.round(of((pair) => pair.echo.cpuUs))}`,
      errors,
    ]
  })
  const head = ['endpoint', 'Roster req/s', 'bare echo req/s', 'ratio', 'p50 ms', 'p99 ms (worst)']
  return markdown([...head, 'CPU µs a request, Roster / echo', 'errors'], rows)
}

function sizeTable({ footprints, rssLoadedMib, disk }: BenchResults): string {
  const rows: (string | number)[][] = Object.entries(footprints).flatMap(([count, footprint]) => [
    [`from exec to the first answer, ${count} profiles`, `${footprint.startedInMs} ms`],
    [`memory after the start, ${count} profiles`, `${footprint.rssMib} MiB`],
  ])
  rows.push(['memory after the load', `${rssLoadedMib} MiB`])
  rows.push(['on disk, a profile with its indexes', `${disk.bytesPerProfile} bytes`])
  rows.push(['on disk, an event with its indexes', `${disk.bytesPerEvent} bytes`])
  return markdown(['what', 'measured'], rows)
}

function markdown(head: string[], rows: (string | number)[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function dependencyVersions(): { [name: string]: string } {
  const url = new URL('../package.json', import.meta.url)
  const { dependencies, devDependencies } = JSON.parse(readFileSync(url, 'utf8'))
  return { fastify: dependencies.fastify, autocannon: devDependencies.autocannon }
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

function round(number: number): number {
  return Math.round(number * 100) / 100
}
