import type { DatabaseSync } from 'node:sqlite'
import { type Actor, server } from '../../core/audit.ts'
import type { Witness } from '../../core/erasure.ts'
import { Fault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { DeliveryStore } from '../delivery-store.ts'
import { CallsUnderWay } from '../idempotency.ts'
import type { LogStore } from '../query-store.ts'
import { auditFromRow, ruleFromRow, tokenFromRow, workspaceFromRow } from '../rows.ts'
import { queryMsDefault } from '../search/search-budget.ts'
import type { Store } from '../store.ts'
import { Admin, selectAudit, selectWholeAudit, selectWorkspaces } from './admin.ts'
import { backupTo } from './backup.ts'
import { CommitQueue } from './commit-queue.ts'
import { ConfigWatch, selectTokens } from './config-watch.ts'
import { sqliteDeliveries } from './delivery-store.ts'
import { DueSignal } from './due-signal.ts'
import { erasures } from './erase-profile.ts'
import { countEvents, rollUpGoals } from './event-counts.ts'
import { expireAll } from './expire-all.ts'
import { keptAnswers } from './kept-answers.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'
import { ReadQueue } from './read-queue.ts'
import { Reader } from './reader.ts'
import { RunReader } from './run-reader.ts'
import { sampleAttributes } from './sample-attributes.ts'
import { searches } from './searches.ts'
import { acquireServeLock } from './serve-lock.ts'
import { selectFileRules } from './statements.ts'

export interface SqliteOptions {
  /** The module that exports `decide`; loaded in the writing thread. */
  decision: URL
  /** Refuse to open while another server has the file, and keep others from serving it. */
  serve?: boolean
  /** Milliseconds UTC; the wall clock when left out. */
  clock?: () => number
  /** Who changes what operators change, where a call does not say; the server when left out. */
  actor?: Actor
  /** How long a query may read on without an index; `queryMsDefault` when left out. */
  queryMsMax?: number
  /** What erasures are taken down and signed with. */
  witness?: () => Witness
}

/**
 * Opens the embedded engine: one thread that writes, this one reads beside it. The file and its
 * schema are made when they are not there.
 */
export function openSqliteStore(path: string, options: SqliteOptions): Store & DeliveryStore {
  const clock = options.clock ?? Date.now
  const lock = options.serve ? acquireServeLock(path) : null
  let db: DatabaseSync
  try {
    const setUp = openDatabase(path, 'write')
    migrate(setUp)
    // Kept open until the reader is: the last connection to leave would fold the log back first.
    db = openDatabase(path, 'read')
    setUp.close()
  } catch (error) {
    lock?.release()
    throw error
  }
  const due = new DueSignal()
  const { decision } = options
  const queue = new CommitQueue({ path, decision, clock, eager: lock !== null, due })
  const underWay = new CallsUnderWay()
  const reader = new Reader(db)
  const runReader = new RunReader(db)
  const config = new ConfigWatch(db, () => reader.forgetNames())
  const budgetMs = options.queryMsMax ?? queryMsDefault
  const reads = new ReadQueue({ path, clock, budgetMs })
  const actor = options.actor ?? server
  const admin = new Admin(path, clock, actor)
  const workspaces = () => db.prepare(`${selectWorkspaces} ORDER BY id`).all().map(workspaceFromRow)

  return {
    apply: (workspaceId, command) =>
      underWay.once(workspaceId, command, () => queue.apply(workspaceId, command)),
    applyAll: (id, commands) => queue.applyAll(id, commands, indexedAttributes(db, id)),
    preview: (workspaceId, command) => queue.preview(workspaceId, command),
    findProfiles: async (workspaceId, question) => reader.findProfiles(workspaceId, question),
    nameId: (workspaceId, kind, name) => reader.nameId(workspaceId, kind, name),
    ...logReads(reader),
    ...searches(db, reads, queue),
    ...changesBy(admin),
    ...keptAnswers(path, clock),
    ...erasures({ path, db, clock, actor, witness: options.witness }),
    listWorkspaces: async () => workspaces(),
    listTokens: async (workspaceId) => {
      const where = 'WHERE workspace_id = coalesce(?, workspace_id) ORDER BY id'
      return db.prepare(`${selectTokens} ${where}`).all(workspaceId).map(tokenFromRow)
    },
    findToken: (publicPart) => config.findToken(publicPart),
    listRules: async (workspaceId) => db.prepare(selectFileRules).all(workspaceId).map(ruleFromRow),
    ruleVersions: async (workspaceId, name) => runReader.ruleVersions(workspaceId, name),
    listAudit: async (workspaceId, { before = Number.MAX_SAFE_INTEGER, limit }) => {
      const asked = workspaceId === null ? [before, limit] : [workspaceId, before, limit]
      const statement = workspaceId === null ? selectWholeAudit : selectAudit
      return db
        .prepare(statement)
        .all(...asked)
        .map(auditFromRow)
    },
    claimRuns: async (limit) => runReader.due(clock(), limit),
    findRun: async (workspaceId, key) => runReader.find(workspaceId, key),
    listRuns: async (workspaceId, filter) => runReader.list(workspaceId, filter),
    ...sqliteDeliveries({ queue, db, clock, due, actor }),
    checkWritable: () => checkWritable(queue),
    expire: (before) => expireAll(queue, workspaces(), before),
    rollUpEvents: async (endedBefore) => {
      let counted = 0
      for (const goal of rollUpGoals(db, endedBefore)) counted += await queue.rollUp(goal)
      return counted
    },
    countEvents: async (workspaceId, query) => countEvents(db, workspaceId, query),
    sampleAttributes: async (workspaceId, sizes) => sampleAttributes(db, workspaceId, sizes),
    statistics: async () => reader.statistics(),
    backup: (to) => backupTo(db, to),
    close: async () => {
      await Promise.all([queue.close(), reads.close()])
      reader.close()
      foldLog(path)
      lock?.release()
    },
  }
}

function indexedAttributes(db: DatabaseSync, id: WorkspaceId): readonly string[] {
  const row = db.prepare(`${selectWorkspaces} WHERE id = ?`).get(id)
  return row ? workspaceFromRow(row).settings.indexedAttributes : []
}

/**
 * Leaves one complete file behind: the last connection that may write folds the write-ahead log
 * back as it closes, and one that only reads would not.
 */
function foldLog(path: string): void {
  try {
    openDatabase(path, 'write').close()
  } catch {
    // A full or broken disk: the log keeps what was committed until the next start.
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

function changesBy(admin: Admin): Pick<Store, ByOperators> {
  return {
    createWorkspace: async (name, rules, by) => admin.createWorkspace(name, rules, by),
    updateSettings: async (id, settings, by) => admin.updateSettings(id, settings, by),
    deleteWorkspace: async (id, by) => admin.deleteWorkspace(id, by),
    createToken: async (token, by) => admin.createToken(token, by),
    revokeToken: async (publicPart, by) => admin.revokeToken(publicPart, by),
    limitToken: async (publicPart, rateLimit, by) => admin.limitToken(publicPart, rateLimit, by),
    replaceRules: async (workspaceId, rules, by, expected) =>
      admin.replaceRules(workspaceId, rules, by, expected),
    enableRule: async (workspaceId, name, enabled, by) =>
      admin.enableRule(workspaceId, name, enabled, by),
    noteReplay: async (id, rule, details, by) => admin.noteReplay(id, rule, details, by),
  }
}

async function checkWritable(queue: CommitQueue): ReturnType<Store['checkWritable']> {
  try {
    await queue.probe()
    return { writable: true }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { writable: false, reason: error.message }
  }
}

/** What is read of the log beside the writer. */
function logReads(reader: Reader): Pick<Store, keyof LogStore | 'readEvents' | 'lastEventId'> {
  return {
    readEvents: async (workspaceId, after, limit) => reader.readEvents(workspaceId, after, limit),
    lastEventId: async (workspaceId) => reader.lastEventId(workspaceId),
    readChain: async (workspaceId, from, limit) => reader.readChain(workspaceId, from, limit),
    listWarnings: async (id, since) => reader.listWarnings(id, since),
    looseEventsNaming: async (workspaceId, identifier, limit) =>
      reader.looseEventsNaming(workspaceId, identifier, limit),
    eventsNaming: async (workspaceId, identifier, limit) =>
      reader.eventsNaming(workspaceId, identifier, limit),
  }
}
