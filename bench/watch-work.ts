import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Watched {
  /** Of all connections of Roster's that were in the middle of something, what they waited for. */
  waits: { [event: string]: number }
  /** Milliseconds of processor time of the programs, and of the database on their behalf. */
  programsMs: number
  databaseMs: number
}

const lookMs = 20
const selectWaits = `
  SELECT pid, state, coalesce(wait_event_type || ' ' || wait_event, 'at work') AS wait
  FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'roster' AND backend_type = 'client backend'`

/**
 * What programs and their database are busy with until it is told to stop. Processor time is had
 * where the system tells it of each process (Linux), and is 0 elsewhere.
 */
export async function watchWork(url: string | null, pids: readonly number[]) {
  const database = url === null ? null : new pg.Client({ connectionString: url })
  await database?.connect()
  const before = new Map(pids.map((pid) => [pid, cpuMs(pid)]))
  const backends = new Map<number, { first: number; last: number }>()
  const waits: Watched['waits'] = {}
  let going = true
  const watching = (async () => {
    while (going && database) {
      for (const { pid, state, wait } of (await database.query(selectWaits)).rows) {
        const now = cpuMs(pid)
        const backend = backends.get(pid) ?? { first: now, last: now }
        backends.set(pid, { ...backend, last: now })
        if (state === 'idle') continue
        waits[wait] = (waits[wait] ?? 0) + 1
      }
      await sleep(lookMs)
    }
    await database?.end()
  })()
  return {
    async stop(): Promise<Watched> {
      const programs = pids.map((pid) => cpuMs(pid) - (before.get(pid) ?? 0))
      going = false
      await watching
      const ofBackends = [...backends.values()].map(({ first, last }) => last - first)
      return { waits, programsMs: sum(programs), databaseMs: sum(ofBackends) }
    },
  }
}

/** Of all threads of a process, since it began. */
function cpuMs(pid: number): number {
  try {
    // After the name, which may hold anything: user and system time, in hundredths of a second.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(/\) (?=[A-Z] )/)
    const fields = rest.split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}

function sum(numbers: readonly number[]): number {
  return Math.round(numbers.reduce((all, each) => all + each, 0))
}
