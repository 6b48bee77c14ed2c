import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { ensurePartitions } from '../src/storage/postgres/partitions.ts'
import type { GrownDelivery, GrownRun, Log } from './grown-rows.ts'

export type Value = string | number | null

/** A store into which rows are put by the hundred thousand, beside all that it promises. */
export interface GrowTarget {
  ask(sql: string, values?: Value[]): Promise<Record<string, Value>[]>
  /** Values after the workspace, in the order of `tables`. */
  add(table: TableName, values: Value[]): Promise<void>
  addDelivery(delivery: GrownDelivery): Promise<void>
  addRun(run: GrownRun): Promise<void>
  flush(): Promise<void>
  /** Moves what the seeding wrote to where it belongs in time, and people to their newest event. */
  settle(people: number, log: Log, receivedAt: (id: number) => number): Promise<void>
  close(): Promise<void>
}

type Column = [name: string, type: 'bigint' | 'text']

const big = (...names: string[]): Column[] => names.map((name) => [name, 'bigint'])
const text = (...names: string[]): Column[] => names.map((name) => [name, 'text'])

const tables = {
  events: [
    ...[...big('id'), ...text('type'), ...big('subject', 'previous', 'occurred_at', 'received_at')],
    ...[...text('source'), ...big('token_id'), ...text('request_id'), ...big('cause_event')],
    ...[...text('cause_rule'), ...big('cause_depth'), ...text('attributes', 'changes', 'dropped')],
    ...text('identifiers', 'found_by', 'idempotency_key'),
  ],
  event_identifiers: [...text('kind', 'value'), ...big('event_id', 'received_at')],
  attempts: [
    ...[...big('delivery_id', 'number'), ...text('worker'), ...big('began_at', 'ended_at')],
    ...text('sent', 'outcome'),
  ],
  records: [
    ...[...big('id'), ...text('kind', 'parent', 'name'), ...big('subject'), ...text('body')],
    ...big('version', 'created_at', 'updated_at'),
  ],
  audit: [...big('at'), ...text('via', 'actor', 'request_id', 'action', 'target', 'details')],
  deliveries: [
    ...[...big('id', 'event_id'), ...text('rule'), ...big('version'), ...text('step', 'action')],
    ...[...text('destination'), ...big('subject'), ...text('state'), ...big('attempt_count')],
    ...[...big('wake_at'), ...text('reason'), ...big('planned_at', 'ended_at')],
    ...[...text('seen', 'request'), ...big('place')],
  ],
  lanes: [...text('destination'), ...big('subject', 'last_place')],
  runs: [
    ...[...big('event_id'), ...text('rule'), ...big('version', 'subject'), ...text('state')],
    ...[...text('cursor'), ...big('due_at'), ...text('reason'), ...big('began_at', 'ended_at')],
    ...text('seen', 'log'),
  ],
} satisfies { [table: string]: Column[] }

export type TableName = keyof typeof tables

/** Rows that are written together. */
const batch = 5_000

abstract class Rows implements GrowTarget {
  readonly #waiting = new Map<TableName, Value[][]>()

  abstract ask(sql: string, values?: Value[]): Promise<Record<string, Value>[]>
  abstract put(table: TableName, rows: Value[][]): Promise<void>
  abstract settle(people: number, log: Log, receivedAt: (id: number) => number): Promise<void>
  abstract close(): Promise<void>
  /** Whether a delivery keeps its place when it is over, and lanes have a table. */
  abstract readonly hasLanes: boolean

  async add(table: TableName, values: Value[]): Promise<void> {
    const rows = this.#waiting.get(table) ?? []
    this.#waiting.set(table, rows)
    if (rows.push(values) < batch) return
    this.#waiting.delete(table)
    await this.put(table, rows)
  }

  async addDelivery(one: GrownDelivery): Promise<void> {
    const { id, event, subject, state, destination, rule, attempts, at, dueAt, endedAt } = one
    const isOver = endedAt !== null
    await this.add('deliveries', [
      ...[id, event, rule, 1, '0', 'webhook', destination, subject, state, attempts],
      ...[dueAt, one.reason, at, endedAt, one.seen, one.request],
      isOver && !this.hasLanes ? null : id,
    ])
    if (!isOver && this.hasLanes) await this.add('lanes', [destination, subject, id])
  }

  async addRun(run: GrownRun): Promise<void> {
    await this.add('runs', [
      ...[run.event, run.rule, 1, run.subject, run.state, '[1]', run.dueAt, run.reason],
      ...[run.beganAt, run.endedAt, run.seen, run.log],
    ])
  }

  async flush(): Promise<void> {
    for (const [table, rows] of this.#waiting) await this.put(table, rows)
    this.#waiting.clear()
  }
}

class SqliteRows extends Rows {
  readonly hasLanes = false
  readonly #db: DatabaseSync
  readonly #workspaceId: number

  constructor(path: string, workspaceId: number) {
    super()
    this.#db = new DatabaseSync(path)
    this.#workspaceId = workspaceId
    // Whoever pulls the plug on a bench begins anew.
    for (const each of ['synchronous = OFF', 'cache_size = -400000', 'secure_delete = OFF']) {
      this.#db.exec(`PRAGMA ${each}`)
    }
  }

  async ask(sql: string, values: Value[] = []): Promise<Record<string, Value>[]> {
    return this.#db.prepare(sql).all(...values) as Record<string, Value>[]
  }

  async put(table: TableName, rows: Value[][]): Promise<void> {
    const absent = { event_identifiers: 'received_at' } as Record<string, string>
    const columns = tables[table].map(([name]) => name).filter((name) => name !== absent[table])
    const keyed = table === 'events' || table === 'deliveries' || table === 'records'
    const places = columns.map((_, at) => `?${at + 2}`).join(', ')
    const insert = this.#db.prepare(
      `INSERT INTO ${table} (${keyed ? 'key, ' : ''}workspace_id, ${columns.join(', ')})
       VALUES (${keyed ? '(?1 << 40) | ?2, ' : ''}?1, ${places})`,
    )
    this.#db.exec('BEGIN')
    for (const row of rows) insert.run(this.#workspaceId, ...row.slice(0, columns.length))
    this.#db.exec('COMMIT')
  }

  async settle(people: number, { newest }: Log, receivedAt: (id: number) => number): Promise<void> {
    const key = '(?1 << 40) | ?2'
    const profile = this.#db.prepare(
      `UPDATE profiles SET last_event = ?3, created_at = ?4 WHERE key = ${key}`,
    )
    const event = this.#db.prepare(
      `UPDATE events SET received_at = ?3, occurred_at = ?3 WHERE key = ${key}`,
    )
    this.#db.exec('BEGIN')
    for (let id = 1; id <= people; id++) {
      const at = receivedAt(id)
      profile.run(this.#workspaceId, id, newest[id] as number, at)
      event.run(this.#workspaceId, id, at)
    }
    this.#db.exec('COMMIT')
  }

  async close(): Promise<void> {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#db.close()
  }
}

class PostgresRows extends Rows {
  readonly hasLanes = true
  readonly #client: pg.Client
  readonly #workspaceId: number

  constructor(client: pg.Client, workspaceId: number) {
    super()
    this.#client = client
    this.#workspaceId = workspaceId
  }

  async ask(sql: string, values: Value[] = []): Promise<Record<string, Value>[]> {
    const { rows } = await this.#client.query(sql, values)
    return rows
  }

  async put(table: TableName, rows: Value[][]): Promise<void> {
    const columns = tables[table]
    const names = columns.map(([name]) => name).join(', ')
    const arrays = columns.map(([, type], at) => `$${at + 2}::${type}[]`).join(', ')
    const last = table === 'lanes' ? conflictOfLanes : ''
    const source = table === 'lanes' ? lastOfLanes(rows) : rows
    await this.#client.query(
      `INSERT INTO ${table} (workspace_id, ${names}) SELECT $1, * FROM unnest(${arrays}) ${last}`,
      [this.#workspaceId, ...columns.map((_, at) => source.map((row) => row[at]))],
    )
  }

  async settle(people: number, { newest }: Log, receivedAt: (id: number) => number): Promise<void> {
    for (let first = 1; first <= people; first += 20_000) {
      const ids = Array.from({ length: Math.min(20_000, people - first + 1) }, (_, n) => first + n)
      const values = [this.#workspaceId, ids, ids.map(receivedAt)]
      await this.#client.query(
        `UPDATE events e SET received_at = n.at, occurred_at = n.at
         FROM unnest($2::bigint[], $3::bigint[]) n (id, at)
         WHERE e.workspace_id = $1 AND e.id = n.id`,
        values,
      )
      await this.#client.query(
        `UPDATE profiles p SET created_at = n.at, last_event = n.newest
         FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) n (id, at, newest)
         WHERE p.workspace_id = $1 AND p.id = n.id`,
        [...values, ids.map((id) => newest[id])],
      )
    }
    await this.#client.query('VACUUM ANALYZE')
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}

const conflictOfLanes = `
  ON CONFLICT (workspace_id, destination, subject) DO UPDATE SET last_place = excluded.last_place`

function lastOfLanes(rows: Value[][]): Value[][] {
  return [...new Map(rows.map((row) => [`${row[0]} ${row[1]}`, row])).values()]
}

export async function openTarget(url: string, workspace: string, began: number, now: number) {
  if (url.startsWith('sqlite:///')) {
    const path = url.slice('sqlite://'.length)
    const target = (id: number) => new SqliteRows(path, id)
    return openFor(target, workspace, '?')
  }
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('SET synchronous_commit = off')
  const months: number[] = []
  for (let at = began; at < now; at += 20 * 24 * 60 * 60_000) months.push(at)
  await ensurePartitions(client, [...months, now])
  return openFor(
    (id: number) => new PostgresRows(client, id),
    workspace,
    '$1',
    () => undefined,
  )
}

async function openFor(
  open: (workspaceId: number) => Rows,
  workspace: string,
  place: string,
  keep?: () => void,
) {
  const probe = open(0)
  const [row] = await probe.ask(`SELECT id FROM workspaces WHERE name = ${place}`, [workspace])
  if (!keep) await probe.close()
  if (!row) throw new Error(`There is no workspace "${workspace}".`)
  const workspaceId = Number(row.id)
  return { workspaceId, target: open(workspaceId) as GrowTarget }
}
