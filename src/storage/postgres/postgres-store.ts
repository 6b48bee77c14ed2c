import type pg from 'pg'
import { type Actor, server } from '../../core/audit.ts'
import type { Decide } from '../../core/decision.ts'
import { hashesOf, type Witness } from '../../core/erasure.ts'
import { Fault } from '../../core/errors.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import { CallsUnderWay } from '../idempotency.ts'
import type { LogStore } from '../query-store.ts'
import { auditFromRow, type Row, ruleFromRow, tokenFromRow, workspaceFromRow } from '../rows.ts'
import { queryMsDefault } from '../search/search-budget.ts'
import type { Store } from '../store.ts'
import { Admin, auditPage, selectAudit, selectTokens, selectWorkspaces } from './admin.ts'
import { assertCommonKey } from './common-key.ts'
import { ConfigCache } from './config-cache.ts'
import { ConfigWatch, selectVersion } from './config-watch.ts'
import {
  assertDurable,
  connectOnce,
  type Durability,
  openPool,
  selectDurability,
} from './connect.ts'
import { refuseBackup } from './copies.ts'
import { DatabaseClock } from './database-clock.ts'
import { deliveryStore } from './deliveries.ts'
import { deliveryTransactions } from './delivery-transactions.ts'
import { DueSignal } from './due-signal.ts'
import { type EraseParts, eraseProfile, findErasures } from './erase-profile.ts'
import { countEvents, rollUpEvents } from './event-counts.ts'
import { expire } from './expire.ts'
import { storageFault } from './faults.ts'
import { type ApplyGroup, GroupQueue } from './group-queue.ts'
import { GroupWriter } from './group-writer.ts'
import { keptAnswers } from './kept-answers.ts'
import { migrate } from './migrate.ts'
import { NameCache } from './name-cache.ts'
import { OrderedGroups } from './ordered-groups.ts'
import { ensurePartitions, monthsAhead } from './partitions.ts'
import { Previewer } from './preview.ts'
import { Reader } from './reader.ts'
import { RunReader } from './run-reader.ts'
import { sampleAttributes } from './sample-attributes.ts'
import { searches } from './searches.ts'
import { probe, selectFileRules } from './statements.ts'
import { statistics } from './statistics.ts'
import { ask, type Statement } from './transaction.ts'

export interface PostgresOptions {
  /** The module that exports `decide`. */
  decision: URL
  /** Milliseconds UTC; the clock of the database when left out. */
  clock?: () => number
  /** Who changes what operators change, where a call does not say; the server when left out. */
  actor?: Actor
  /** Most connections at a time. */
  connectionsMax?: number
  /** How long a query may read on without an index; `queryMsDefault` when left out. */
  queryMsMax?: number
  /** Of this node's secret key, then of former ones; left out by whoever signs nothing. */
  keyFingerprints?: () => readonly string[]
  /** What erasures are taken down and signed with. */
  witness?: () => Witness
}

/** Left to reads and rare writes, whatever the groups do. */
const connectionsKept = 2
const partitionCheckMs = 24 * 60 * 60_000

/**
 * Opens the engine for several nodes: all of them work on one database, and on nothing else in
 * common. The schema is made, or brought up to date, when it is not there.
 *
 * @throws Error when the database would lose acknowledged writes, its schema is newer than this
 *   program, or its other nodes have another secret key; Fault `unavailable` when it cannot be
 *   reached.
 */
export async function openPostgresStore(
  url: string,
  options: PostgresOptions,
): Promise<Store & DeliveryStore> {
  const { decide } = (await import(options.decision.href)) as { decide: Decide }
  const databaseClock = new DatabaseClock()
  const clock = options.clock ?? (() => databaseClock.now())
  await prepare(url, databaseClock, clock, options.keyFingerprints)
  const connectionsMax = options.connectionsMax ?? 10
  const pool = openPool(url, connectionsMax)
  const underWay = new CallsUnderWay()
  const names = new NameCache()
  const configs = new ConfigCache(pool, names)
  const watch = new ConfigWatch(pool, databaseClock, () => names.doubt())
  const changed = (id: Parameters<ConfigCache['forget']>[0] | null) => {
    watch.forget()
    if (id !== null) configs.forget(id)
  }
  const actor = options.actor ?? server
  const admin = new Admin({ pool, clock, changed, actor })
  const reader = new Reader(pool, names)
  const signal = new DueSignal()
  const writer = new GroupWriter({ pool, decide, configs, names, clock, due: () => signal.due() })
  const previewer = new Previewer({ pool, decide, configs, names, clock })
  const applyGroup: ApplyGroup = (...group) => writer.apply(...group)
  const queue = new GroupQueue(applyGroup, Math.max(connectionsMax - connectionsKept, 1))
  const ordered = new OrderedGroups(applyGroup)
  const daily = setInterval(() => void addPartitions(pool, clock()), partitionCheckMs).unref()
  const rows = async (statement: Statement | string, values?: unknown[]): Promise<Row[]> => {
    try {
      return (await ask<Row>(pool, statement, values)).rows
    } catch (error) {
      throw storageFault(error)
    }
  }

  const runs = new RunReader(rows, deliveryTransactions(pool, clock, signal).write)
  const searching = searches({
    ...{ pool, ask: rows, clock, budgetMs: options.queryMsMax ?? queryMsDefault },
    prepare: (workspaceId, profiles) => reader.learnNames(workspaceId, profiles),
  })
  return {
    ...deliveryStore({ pool, admin, ask: rows, clock, databaseClock, signal, actor }),
    apply: (workspaceId, command) =>
      underWay.once(workspaceId, command, () => queue.apply(workspaceId, command)),
    applyAll: (workspaceId, commands) => ordered.applyAll(workspaceId, commands),
    preview: (workspaceId, command) => previewer.preview(workspaceId, command),
    findProfiles: (workspaceId, question) => reader.findProfiles(workspaceId, question),
    nameId: (workspaceId, kind, name) => names.get(workspaceId, kind, name) ?? 0,
    ...logReads(reader),
    ...searching,
    ...keptAnswers(pool, clock),
    ...changesBy({ admin, clock, ask: rows, actor, witness: options.witness }),
    listWorkspaces: async () =>
      (await rows(`${selectWorkspaces} ORDER BY id`)).map(workspaceFromRow),
    listTokens: async (id) => {
      const where = 'WHERE workspace_id = coalesce($1::bigint, workspace_id) ORDER BY id'
      return (await rows(`${selectTokens} ${where}`, [id])).map(tokenFromRow)
    },
    findToken: (publicPart) => watch.findToken(publicPart),
    listRules: async (workspaceId) => (await rows(selectFileRules, [workspaceId])).map(ruleFromRow),
    ruleVersions: (workspaceId, name) => runs.ruleVersions(workspaceId, name),
    listAudit: async (id, page) => (await rows(selectAudit, auditPage(id, page))).map(auditFromRow),
    claimRuns: (limit) => runs.claim(clock(), limit),
    findRun: (workspaceId, key) => runs.find(workspaceId, key),
    listRuns: (workspaceId, filter) => runs.list(workspaceId, filter),
    checkWritable: () => checkWritable(() => rows(probe, [clock()])),
    expire: (before) => expire(url, before),
    rollUpEvents: (endedBefore) => rollUpEvents(pool, rows, endedBefore),
    ...summaries(rows),
    statistics: () => statistics(rows),
    backup: refuseBackup,
    close: async () => {
      clearInterval(daily)
      signal.close()
      await queue.close()
      await pool.end()
    },
  }
}

type Rows = (statement: Statement | string, values?: unknown[]) => Promise<Row[]>

function summaries(rows: Rows): Pick<Store, 'countEvents' | 'sampleAttributes'> {
  return {
    countEvents: (workspaceId, query) => countEvents(rows, workspaceId, query),
    sampleAttributes: (workspaceId, sizes) => sampleAttributes(rows, workspaceId, sizes),
  }
}

type ByOperators =
  | 'createWorkspace'
  | 'updateSettings'
  | 'deleteWorkspace'
  | 'createToken'
  | 'revokeToken'
  | 'limitToken'
  | 'replaceRules'
  | 'enableRule'
  | 'noteReplay'
  | 'eraseProfile'
  | 'findErasures'

function changesBy(parts: EraseParts & { actor: Actor }): Pick<Store, ByOperators> {
  const { admin, actor, ask, witness } = parts
  return {
    findErasures: (id, identifiers, limit) =>
      findErasures(ask, id, hashesOf(witness, id, identifiers), limit),
    eraseProfile: (workspace, profile, by = actor) =>
      eraseProfile(parts, { workspace, profile, by }),
    createWorkspace: (name, rules, by) => admin.createWorkspace(name, rules, by),
    updateSettings: (id, settings, by) => admin.updateSettings(id, settings, by),
    deleteWorkspace: (id, by) => admin.deleteWorkspace(id, by),
    createToken: (token, by) => admin.createToken(token, by),
    revokeToken: (publicPart, by) => admin.revokeToken(publicPart, by),
    limitToken: (publicPart, rateLimit, by) => admin.limitToken(publicPart, rateLimit, by),
    replaceRules: (workspaceId, rules, by, expected) =>
      admin.replaceRules(workspaceId, rules, by, expected),
    enableRule: (workspaceId, name, enabled, by) =>
      admin.enableRule(workspaceId, name, enabled, by),
    noteReplay: (id, rule, details, by) => admin.noteReplay(id, rule, details, by),
  }
}

async function checkWritable(write: () => Promise<unknown>): ReturnType<Store['checkWritable']> {
  try {
    await write()
    return { writable: true }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { writable: false, reason: error.message }
  }
}

async function prepare(
  url: string,
  clock: DatabaseClock,
  now: () => number,
  keyFingerprints: PostgresOptions['keyFingerprints'],
): Promise<void> {
  const client = await connectOnce(url)
  try {
    const { rows } = await client.query<Durability>(selectDurability)
    assertDurable(rows[0] as Durability)
    await migrate(client)
    if (keyFingerprints) await assertCommonKey(client, keyFingerprints())
    const askedAt = performance.now()
    const version = await client.query<Row>(selectVersion.text)
    clock.set(Number(version.rows[0]?.now), askedAt)
    await ensurePartitions(client, monthsAhead(now()))
  } finally {
    await client.end()
  }
}

/** Whatever keeps it from being done now, the next group that misses a partition makes it. */
async function addPartitions(pool: pg.Pool, now: number): Promise<void> {
  try {
    const client = await pool.connect()
    try {
      await ensurePartitions(client, monthsAhead(now))
    } finally {
      client.release()
    }
  } catch {
    // As above.
  }
}

/** What is read of the log beside the writer. */
function logReads(reader: Reader): Pick<Store, keyof LogStore | 'readEvents' | 'lastEventId'> {
  return {
    readEvents: (workspaceId, after, limit) => reader.readEvents(workspaceId, after, limit),
    lastEventId: (workspaceId) => reader.lastEventId(workspaceId),
    readChain: (workspaceId, from, limit) => reader.readChain(workspaceId, from, limit),
    listWarnings: (id, since) => reader.listWarnings(id, since),
    looseEventsNaming: (workspaceId, identifier, limit) =>
      reader.looseEventsNaming(workspaceId, identifier, limit),
    eventsNaming: (workspaceId, identifier, limit) =>
      reader.eventsNaming(workspaceId, identifier, limit),
  }
}
