import { disabledBy, failuresInRow, isHealthy, nextDelivery } from '../../core/after-attempt.ts'
import { keptOutcome, keptSent, keptText } from '../../core/attempt-kept.ts'
import { afterResult, defaultBreaker } from '../../core/delivery-breaker.ts'
import type { Notice } from '../../core/notice.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import { breakerFromRow, destinationFromRow } from '../delivery-rows.ts'
import type {
  AttemptResult,
  BeginAttempt,
  Claim,
  Destination,
  FailedDelivery,
  ReleasePause,
} from '../delivery-store.ts'
import type { Row } from '../rows.ts'
import { columnsOf } from './columns.ts'
import { keepDeaths, keepNotices } from './delivery-notices.ts'
import * as sql from './delivery-statements.ts'
import { lockLanes, settleLanes } from './lane-statements.ts'
import type { Statement, Transaction } from './transaction.ts'

/** How a claim ends, as `finishDeliveries` takes it. */
interface Finish extends Claim {
  state: string
  dueAt: number | null
  endedAt: number | null
  reason: string | null
  detail: string | null
  outcome: string | null
  isTry: boolean
  /** Where its lane changes by it. */
  lane: { destination: string; subject: number } | null
}

/** A destination as results found it and left it. */
interface Judged {
  workspaceId: WorkspaceId
  name: string
  destination: Destination
  notices: Notice[]
}

/** Puts down on the deliveries that attempts are under way. */
export async function beginAttempts(
  { query }: Pick<Transaction, 'query'>,
  attempts: readonly BeginAttempt[],
  now: number,
): Promise<boolean[]> {
  const sorted = sortedByKey(attempts)
  const columns = columnsOf(6, sorted, ({ workspaceId, id, lease, request, worker, sent }) => [
    ...[workspaceId, id, lease, request ? JSON.stringify(request) : null, worker],
    sent && JSON.stringify(keptSent(sent)),
  ])
  const { rows } = await query<Row>(sql.beginAttempts, [now, ...columns])
  return foundIn(rows, attempts)
}

/** Locks destinations whose breakers change, then lanes, then deliveries. */
export async function recordAttempts(
  transaction: Transaction,
  results: readonly AttemptResult[],
  now: number,
): Promise<boolean[]> {
  const sorted = sortedByKey(results)
  const keys = columnsOf(3, sorted, ({ workspaceId, id, lease }) => [workspaceId, id, lease])
  const { rows } = await transaction.query<Row>(sql.selectClaimed, keys)
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  const held = sorted.filter((result) => isUnderWay(found.get(keyOf(result))))
  if (held.length === 0) {
    transaction.discard()
    return results.map(() => false)
  }
  const judged = await judgeDestinations(transaction, held, found, now)
  const finishes = held.map((result): Finish => {
    const row = found.get(keyOf(result)) as Row
    const policy = row.name === null ? null : destinationFromRow(row).retry
    const next = nextDelivery(result, policy, row.try_count as number, now)
    return {
      ...result,
      ...next,
      outcome: JSON.stringify(keptOutcome(result.outcome)),
      lane: next.endedAt === null ? null : laneOf(row),
    }
  })
  const told = writeJudged(transaction, judged)
  const done = finish(transaction, finishes, now)
  await told
  await keepDeaths(transaction, results, await done, now)
  return foundIn(await done, results)
}

export async function failDeliveries(
  transaction: Transaction,
  failures: readonly FailedDelivery[],
  now: number,
): Promise<boolean[]> {
  const sorted = sortedByKey(failures)
  const keys = columnsOf(3, sorted, ({ workspaceId, id, lease }) => [workspaceId, id, lease])
  const { rows } = await transaction.query<Row>(sql.selectClaimed, keys)
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  const held = sorted.filter((failure) => found.has(keyOf(failure)))
  await freeProbes(transaction, rows)
  const finishes = held.map((failure): Finish => {
    const lane = laneOf(found.get(keyOf(failure)) as Row)
    const detail = keptText(failure.detail)
    const over = { state: 'dead', dueAt: null, endedAt: now, outcome: null, isTry: true }
    return { ...failure, ...over, detail, lane }
  })
  const done = await finish(transaction, finishes, now)
  await keepDeaths(transaction, failures, done, now)
  return foundIn(done, failures)
}

export async function releaseDeliveries(
  transaction: Transaction,
  claims: readonly Claim[],
  pause: ReleasePause | null,
  now: number,
): Promise<void> {
  const sorted = sortedByKey(claims)
  const keys = columnsOf(3, sorted, ({ workspaceId, id, lease }) => [workspaceId, id, lease])
  const { rows } = await transaction.query<Row>(sql.selectClaimed, keys)
  await freeProbes(transaction, rows)
  const found = new Map(rows.map((row) => [keyOf(row), row]))
  const finishes = sorted.flatMap((claim): Finish[] => {
    const row = found.get(keyOf(claim))
    if (!row) return []
    const kept = pause
      ? { reason: pause.reason, detail: keptText(pause.detail) }
      : { reason: row.reason as string | null, detail: row.detail as string | null }
    const dueAt = now + (pause?.ms ?? 0)
    const open = {
      ...{ state: 'pending', dueAt, isTry: true },
      ...{ endedAt: null, lane: null, outcome: null },
    }
    return [{ ...claim, ...kept, ...open }]
  })
  await finish(transaction, finishes, now)
}

export async function extendLeases(
  { query }: Pick<Transaction, 'query'>,
  claims: readonly Claim[],
  until: number,
): Promise<boolean[]> {
  const keys = columnsOf(3, sortedByKey(claims), ({ workspaceId, id, lease }) => [
    ...[workspaceId, id, lease],
  ])
  const { rows } = await query<Row>(sql.extendLeases, [...keys, until])
  return foundIn(rows, claims)
}

/**
 * The breakers after results. While everything goes well nothing is locked, and whoever claims is
 * not held up: a result that leaves the breaker as it is may as well have come before any other.
 */
async function judgeDestinations(
  transaction: Transaction,
  results: readonly AttemptResult[],
  found: ReadonlyMap<string, Row>,
  now: number,
): Promise<Judged[]> {
  const byDestination = new Map<string, { row: Row; results: AttemptResult[] }>()
  for (const result of results) {
    const row = found.get(keyOf(result)) as Row
    if (row.name === null) continue
    const key = `${row.workspace_id} ${row.name}`
    const group = byDestination.get(key)
    if (group) group.results.push(result)
    else byDestination.set(key, { row, results: [result] })
  }
  const changed = [...byDestination.values()].filter(({ row, results: ended }) => {
    const { failures, openUntil } = breakerFromRow(row)
    const { terms, failedInRow } = destinationFromRow(row)
    const isBad = (one: AttemptResult) =>
      isHealthy(one) === false ||
      disabledBy(one, terms, 0) !== null ||
      failuresInRow(failedInRow, one, terms) !== failedInRow
    return failures > 0 || openUntil !== null || ended.some(isBad)
  })
  if (changed.length === 0) return []
  const columns = columnsOf(2, changed, ({ row }) => [row.workspace_id, row.name])
  const { rows } = await transaction.query<Row>(sql.lockDestinations, columns)
  return rows.map((row) => {
    const group = byDestination.get(`${row.workspace_id} ${row.name}`)
    return judge(row, group?.results ?? [], now)
  })
}

function judge(row: Row, results: readonly AttemptResult[], now: number): Judged {
  const destination = destinationFromRow(row)
  const workspaceId = row.workspace_id as WorkspaceId
  const { name } = destination
  const notices: Notice[] = []
  const tell = (kind: Notice['kind'], reason: string | null, { id: delivery }: AttemptResult) =>
    notices.push({ workspaceId, destination: name, kind, reason, at: now, delivery, death: null })
  for (const result of results) {
    const { judgement } = result
    const reason = judgement.kind === 'delivered' ? null : judgement.reason
    const healthy = isHealthy(result)
    if (healthy === null) destination.breaker = { ...destination.breaker, probeAt: null }
    else {
      const after = afterResult(destination.breaker, healthy, now, defaultBreaker)
      destination.breaker = after.breaker
      if (after.change) tell(after.change, reason, result)
    }
    const { terms } = destination
    destination.failedInRow = failuresInRow(destination.failedInRow, result, terms)
    const disabling = disabledBy(result, terms, destination.failedInRow)
    if (disabling === null || destination.state === 'disabled') continue
    destination.state = 'disabled'
    destination.stateReason = disabling
    tell('disabled', disabling, result)
  }
  return { workspaceId, name, destination, notices }
}

async function writeJudged(transaction: Transaction, judged: readonly Judged[]): Promise<void> {
  if (judged.length === 0) return
  const columns = columnsOf(9, judged, ({ workspaceId, name, destination }) => {
    const { failures, openUntil, opened, probeAt } = destination.breaker
    const { state, stateReason, failedInRow } = destination
    const breaker = [failures, openUntil, opened, probeAt]
    return [workspaceId, name, ...breaker, state, stateReason, failedInRow]
  })
  const notices = judged.flatMap((one) => one.notices)
  const written = transaction.query(sql.updateBreakers, columns)
  await Promise.all([written, keepNotices(transaction, notices)])
}

/** A half-open breaker that waits for a call nobody makes lets another one try. */
async function freeProbes(transaction: Transaction, rows: readonly Row[]): Promise<void> {
  const probing = rows.filter((row) => row.name !== null && row.breaker_probe_at !== null)
  if (probing.length === 0) return
  const columns = columnsOf(2, probing, (row) => [row.workspace_id, row.name])
  const locked = await transaction.query<Row>(sql.lockDestinations, columns)
  const judged = locked.rows.map((row): Judged => {
    const destination = destinationFromRow(row)
    destination.breaker.probeAt = null
    const workspaceId = row.workspace_id as WorkspaceId
    return { workspaceId, name: destination.name, destination, notices: [] }
  })
  await writeJudged(transaction, judged)
}

/** All of it travels together; the lanes are locked first and brought in order last. */
async function finish(
  transaction: Transaction,
  finishes: readonly Finish[],
  now: number,
): Promise<Row[]> {
  if (finishes.length === 0) return []
  const columns = columnsOf(10, finishes, (one) => [
    ...[one.workspaceId, one.id, one.lease, one.state, one.dueAt, one.endedAt, one.reason],
    ...[one.detail, one.outcome, one.isTry ? 0 : 1],
  ])
  const lanes = finishes.flatMap(({ workspaceId, lane }) =>
    lane ? [[workspaceId, lane.destination, lane.subject]] : [],
  )
  const laneColumns = columnsOf(3, lanes, (lane) => lane)
  const ask = (statement: Statement, values: unknown[]) => transaction.query<Row>(statement, values)
  const locked = lanes.length > 0 ? [ask(lockLanes, laneColumns)] : []
  const finished = ask(sql.finishDeliveries, [...columns, now])
  const settled = lanes.length > 0 ? [ask(settleLanes, [...laneColumns, now])] : []
  const [{ rows }] = await Promise.all([finished, ...locked, ...settled])
  return rows
}

/** Of what was never begun there is nothing to tell. */
function isUnderWay(row: Row | undefined): boolean {
  return row !== undefined && row.began_at !== null
}

function laneOf(row: Row): Finish['lane'] {
  const subject = row.subject as number | null
  return subject === null ? null : { destination: row.destination as string, subject }
}

/** Rows are locked in this order by everybody. */
function sortedByKey<T extends Claim>(claims: readonly T[]): T[] {
  return claims.toSorted((a, b) => a.workspaceId - b.workspaceId || a.id - b.id)
}

function foundIn(rows: readonly Row[], claims: readonly Claim[]): boolean[] {
  const found = new Set(rows.map(keyOf))
  return claims.map((claim) => found.has(keyOf(claim)))
}

function keyOf(one: Row | Claim): string {
  const workspaceId = 'workspace_id' in one ? one.workspace_id : one.workspaceId
  return `${workspaceId} ${one.id}`
}
