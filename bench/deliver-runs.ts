import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { openPool } from '../src/storage/postgres/connect.ts'
import { claimRuns } from '../src/storage/postgres/run-statements.ts'
import { selectDueRuns } from '../src/storage/sqlite/statements.ts'
import { dataFolder } from '../test/kit/data-folder.ts'
import type { Engine } from '../test/kit/engines.ts'
import { diskFolder } from '../test/kit/temp-folder.ts'

export interface WaitingRuns {
  waitingRuns: number
  claimRunsMs: { best: number; median: number; worst: number }
  /** How the engine finds what is due, line by line. */
  plan: string[]
}

const columns = `workspace_id, event_id, rule, version, subject, state, cursor, due_at, began_at,
  seen, log`
/** A few are due; the others wait for years. */
const rowsOf = (n: string, due: string) =>
  `SELECT 1, ${n}, 'waits', 1, ${n}, 'waiting', '[1]', ${due}, 1, '{}', '[]'`
const claimMax = 256
const claims = 20
const fillStep = 20_000

/** What a claim of runs takes while so many wait, and how it finds those that are due. */
export async function waitingRuns(engine: Engine, count: number): Promise<WaitingRuns> {
  await using folder = await dataFolder(engine, diskFolder())
  await folder.newWorkspace()
  const plan = await (folder.url.startsWith('sqlite:')
    ? fillFile(folder.url, count)
    : fillDatabase(folder.url, count))
  const times = await folder.withStore(async (store) => {
    const taken: number[] = []
    for (let n = 0; n < claims; n++) {
      const began = performance.now()
      await store.claimRuns(claimMax)
      taken.push(performance.now() - began)
    }
    return taken.sort((a, b) => a - b)
  })
  const at = (index: number) => Math.round((times[index] ?? 0) * 100) / 100
  const claimRunsMs = { best: at(0), median: at(claims >> 1), worst: at(claims - 1) }
  return { waitingRuns: count, claimRunsMs, plan }
}

function fillFile(url: string, count: number): string[] {
  using db = new DatabaseSync(fileURLToPath(url.replace('sqlite:', 'file:')))
  db.prepare(`
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
    INSERT INTO runs (${columns}) ${rowsOf('n', `iif(n <= ${claims * claimMax}, n, 9e12 + n)`)}
    FROM n`).run(count)
  return db
    .prepare(`EXPLAIN QUERY PLAN ${selectDueRuns}`)
    .all()
    .map(({ detail }) => String(detail))
}

/**
 * By a connection as the store has it, since its settings decide the plan; and never analysed, as a
 * table is that has just grown.
 */
async function fillDatabase(url: string, count: number): Promise<string[]> {
  const client = openPool(url, 1)
  const due = `CASE WHEN n <= ${claims * claimMax} THEN n ELSE 9000000000000 + n END`
  // In parts, since a statement of the store's may take only so long.
  for (let from = 1; from <= count; from += fillStep) {
    const until = Math.min(count, from + fillStep - 1)
    await client.query(`
      INSERT INTO runs (${columns})
      ${rowsOf('n', due)} FROM generate_series(${from}, ${until}) AS n`)
  }
  await client.query(`PREPARE claim (bigint, bigint, bigint, text) AS ${claimRuns.text}`)
  const { rows } = await client.query(`EXPLAIN EXECUTE claim (0, 0, ${claimMax}, 'w')`)
  await client.end()
  return rows.map((row) => String(row['QUERY PLAN']))
}
