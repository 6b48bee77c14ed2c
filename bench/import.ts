import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * How many rows a second `roster import` stores, of new people with eight columns; with `--against`
 * also of another checkout, in turns, since only what ran in one sitting can be compared.
 */
const { values: asked } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    against: { type: 'string' },
  },
})

const here = resolve(import.meta.dirname, '..')
const checkouts = asked.against === undefined ? [here] : [resolve(asked.against), here]
const rows = Number(asked.rows)
const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
try {
  const file = join(folder, 'people.csv')
  writeFileSync(file, people(rows))
  const runs = new Map<string, number[]>(checkouts.map((checkout) => [checkout, []]))
  for (let round = 0; round < Number(asked.rounds); round++) {
    for (const checkout of checkouts) runs.get(checkout)?.push(await importOnce(checkout, file))
  }
  for (const [checkout, all] of runs) {
    const rates = all.map((seconds) => Math.round(rows / seconds))
    process.stdout.write(`${checkout}: ${rates.join(', ')} rows a second\n`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

/** The same people each time: ids and addresses in no order of theirs, three plans, two tags. */
function people(count: number): string {
  const lines = ['user_id,email,first_name,last_name,phone,country,plan,tags']
  for (let n = 0; n < count; n++) {
    const phone = `+31612${String(n).padStart(6, '0')}`
    const plan = ['free', 'team', 'pro'][n % 3]
    const email = `p${(n * 7_919) % 1_000_003}.${n}@example.com`
    lines.push(`c-${n},${email},First${n % 500},Last${n % 3_000},${phone},NL,${plan},"vip,beta"`)
  }
  return `${lines.join('\n')}\n`
}

async function importOnce(checkout: string, file: string): Promise<number> {
  const env = { ...process.env, ROSTER_DATA: mkdtempSync(join(folder, 'data-')) }
  const roster = (...words: string[]) => {
    const child = spawn(join(checkout, 'bin/roster'), words, { env })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stderr.resume()
    return new Promise<string>((done, fail) => {
      child.on('error', fail)
      child.on('close', (code) => (code === 0 ? done(text) : fail(new Error(`exit ${code}`))))
    })
  }
  await roster('seed', '--profiles', '1', '--seed', '1')
  const text = await roster('import', file, '--json')
  const { seconds } = JSON.parse(text) as { seconds: number }
  rmSync(env.ROSTER_DATA, { recursive: true })
  return seconds
}
