import type { Actor, AuditEntry } from '../core/audit.ts'
import type { Applied, Command, Idempotency, Outcome } from '../core/command.ts'
import type { Question } from '../core/dialect.ts'
import type { ErasureFacts, Signature } from '../core/erasure.ts'
import type { Fault } from '../core/errors.ts'
import type { Event } from '../core/event.ts'
import type { EventCountQuery, EventCounts } from '../core/event-query.ts'
import type { JsonObject } from '../core/json.ts'
import type { Preview } from '../core/preview.ts'
import type { EventId, Identifier, Profile, ProfileId, WorkspaceId } from '../core/profile.ts'
import type { Rule, RuleDefinition } from '../core/rule.ts'
import type { Run, RunKey, RunState } from '../core/run.ts'
import type { Workspace, WorkspaceSettings } from '../core/workspace.ts'
import type { KeptAnswer } from './idempotency.ts'
import type { LogStore, QueryStore } from './query-store.ts'
import type { RecordStore } from './record-store.ts'

/**
 * Everything Roster asks of an engine: one method per use case, one transaction per method. Each
 * method promises the same on every engine; `test/store-contract.ts` is the proof.
 *
 * Faults: `unavailable` when nothing was written and trying again may help, `outcome_unknown` when
 * a commit failed half-way, so that the write may or may not be there after a restart.
 */
export interface Store extends LogStore, QueryStore, RecordStore {
  /**
   * Decides a command on the current state and commits profile, events and identifiers in one
   * synced transaction before it answers. A command that is refused throws its `Fault` alone and
   * changes nothing. Commands that wait together may share a transaction, unseen by the caller.
   */
  apply(workspaceId: WorkspaceId, command: Command): Promise<Applied>

  /**
   * Applies commands of one caller in their order, each as `apply` would, and answers of each what
   * became of it or why it was refused. Made for files full of them: they share as few transactions
   * as others who write beside them can bear. No two of them have one idempotency key.
   *
   * A fault of the store itself (`isOfStore`) is that of all that follow, which are not tried then,
   * and of calls that were made while this one was under way: so whoever tries again what has it
   * keeps the order.
   */
  applyAll(workspaceId: WorkspaceId, commands: readonly Command[]): Promise<(Outcome | Fault)[]>

  /**
   * Decides a command on the current state as `apply` would, and stores nothing: what is refused
   * throws the same `Fault`. An idempotency key is not looked at.
   */
  preview(workspaceId: WorkspaceId, command: Command): Promise<Preview>

  /** Reads profiles as of the last commit: whoever got an answer from `apply` sees its effect. */
  findProfiles(workspaceId: WorkspaceId, question: Question): Promise<Profile[]>

  /**
   * See `WorkspaceView.nameId`. Promised for the names of attributes and tags on profiles that this
   * store has just answered; any other may be 0, as one that was never stored is.
   */
  nameId(workspaceId: WorkspaceId, kind: 'attribute' | 'tag', name: string): number

  /** Events with `id > after`, in id order, at most `limit`. */
  readEvents(workspaceId: WorkspaceId, after: EventId | 0, limit: number): Promise<Event[]>

  /** The id of the newest event of a workspace; 0 when there never was one. */
  lastEventId(workspaceId: WorkspaceId): Promise<EventId | 0>

  /**
   * Takes an idempotency key for a call that is no command, and answers null; a call made before
   * has its kept answer. Of those who ask at once one gets the key.
   *
   * @throws Fault `idempotency_key_reused` for another body, `call_under_way` while the first has
   *   not ended, `outcome_unknown` when it was cut short.
   */
  beginCall(workspaceId: WorkspaceId, token: number, asked: Idempotency): Promise<string | null>
  /** Keeps what a call that was begun is answered with; null lets go of its key. */
  endCall(
    workspaceId: WorkspaceId,
    token: number,
    asked: Idempotency,
    answer: KeptAnswer | null,
  ): Promise<void>

  /*
   * Changes by operators. Each is entered in the audit trail in its own transaction, under the name
   * of `by`, or of whoever opened the store where that is left out.
   */

  /** Throws `conflict` when the name is taken. The workspace is born with the rules given. */
  createWorkspace(name: string, rules: readonly RuleDefinition[], by?: Actor): Promise<Workspace>
  listWorkspaces(): Promise<Workspace[]>
  /** What new `indexedAttributes` need is noted, and done by `fillIndexes`. */
  updateSettings(
    id: WorkspaceId,
    settings: Partial<WorkspaceSettings>,
    by?: Actor,
  ): Promise<Workspace>
  /** Deletes the workspace with everything in it. */
  deleteWorkspace(id: WorkspaceId, by?: Actor): Promise<void>

  createToken(token: NewToken, by?: Actor): Promise<Token>
  listTokens(workspaceId: WorkspaceId | null): Promise<Token[]>
  /** False when there is no such live token. */
  revokeToken(publicPart: string, by?: Actor): Promise<boolean>
  /** Holds a live token to its vendor's limits, or lets it be. False when there is no such one. */
  limitToken(publicPart: string, rateLimit: Token['rateLimit'], by?: Actor): Promise<boolean>
  /**
   * The live token with this public part and its workspace. A change of tokens or settings holds
   * for every call that begins after it was made through this store, and within a second when it
   * was made by another process. Answers at once where it can.
   *
   * @throws Fault `unavailable`, at once or later, when the store cannot say.
   */
  findToken(publicPart: string): FoundToken | null | Promise<FoundToken | null>

  /**
   * Replaces the workspace's rules, in this order; unchanged definitions keep their version.
   *
   * @throws Fault `precondition_failed` when others than `expected` are in force.
   */
  replaceRules(
    workspaceId: WorkspaceId,
    rules: readonly RuleDefinition[],
    by?: Actor,
    expected?: readonly Rule[],
  ): Promise<Rule[]>
  listRules(workspaceId: WorkspaceId): Promise<Rule[]>
  /** Every version of a rule there ever was, newest first; empty when there was none. */
  ruleVersions(workspaceId: WorkspaceId, name: string): Promise<RuleVersion[]>
  /**
   * Switches a rule in force on or off; off, it begins no runs. False when there is none of that
   * name. It stays as it was put when rules are replaced.
   */
  enableRule(workspaceId: WorkspaceId, name: string, enabled: boolean, by?: Actor): Promise<boolean>
  /** Enters in the audit trail that a rule is run for events it missed; changes nothing else. */
  noteReplay(id: WorkspaceId, rule: string, details: JsonObject, by?: Actor): Promise<void>
  /** What operators changed, newest first; null for every workspace, those that are gone too. */
  listAudit(
    workspaceId: WorkspaceId | null,
    page: { before?: number | undefined; limit: number },
  ): Promise<AuditEntry[]>

  /**
   * Wipes what is stored about a profile that was taken out of every read, and about those merged
   * into it: what events told, runs, deliveries, attempts, idempotency records and identifiers. The
   * receipt is an entry of the audit trail. May be asked again when it did not come to its end.
   */
  eraseProfile(workspaceId: WorkspaceId, profile: ProfileId, by?: Actor): Promise<Erasure>
  /**
   * The ids of the receipts, oldest first, of those who were erased and had one of the identifiers,
   * at most `limit`; none where the store was opened without a witness.
   */
  findErasures(
    workspaceId: WorkspaceId,
    identifiers: readonly Identifier[],
    limit: number,
  ): Promise<number[]>

  /**
   * Runs whose wait is over, those that are due longest first, over all workspaces. Where several
   * nodes share a store, none of them is given to another for half a minute; whoever is given one
   * twice loses nothing by it, since a run goes on once.
   */
  claimRuns(limit: number): Promise<ClaimedRuns>
  findRun(workspaceId: WorkspaceId, key: RunKey): Promise<Run | null>
  /** Runs that are kept, newest event first. */
  listRuns(workspaceId: WorkspaceId, filter: RunFilter): Promise<Run[]>

  /** Whether a write would be taken now, tried with a real tiny one; the reason when not. */
  checkWritable(): Promise<{ writable: true } | { writable: false; reason: string }>
  /**
   * Deletes what need not be kept any longer, in steps that hold nobody up. An engine that keeps
   * events by month deletes a month when all of it is old enough, by the server's time; by a
   * workspace's own time each engine deletes just what is older.
   */
  expire(before: ExpireBefore): Promise<Expired>
  /**
   * Counts the events and the planned deliveries that were not counted yet, and the deliveries that
   * ended before a time, which lies so far back that none is still to be committed; and enters what
   * events, and people by their names, are found by. In steps that hold nobody up. Where several
   * nodes share a store, each is counted once. Answers how many were.
   */
  rollUpEvents(endedBefore: number): Promise<number>
  /** How many events there were, or deliveries were planned or ended, in time. */
  countEvents(workspaceId: WorkspaceId, query: EventCountQuery): Promise<EventCounts>
  /**
   * The attributes a workspace has stored, by the order of their first use, at most `limit`; and a
   * sample of its living profiles, spread evenly over their ids: all of them where there are few.
   */
  sampleAttributes(
    workspaceId: WorkspaceId,
    sizes: { names: number; profiles: number },
  ): Promise<{ names: { name: string; firstAt: number }[]; profiles: Profile[] }>
  /** Counts and sizes for `doctor`, metrics and the bench. */
  statistics(): Promise<StoreStatistics>
  /** Writes a verified copy of the whole store, taken while it is in use; refuses to overwrite. */
  backup(path: string): Promise<BackupReport>
  /** Finishes what was accepted, then lets go of the files. */
  close(): Promise<void>
}

/** How many of each were deleted or wiped. */
export interface Erasure extends ErasureFacts {
  /** The id of the audit entry. */
  receipt: number
  /** Null where the store was opened without a witness. */
  signature: Signature | null
}

export interface ClaimedRuns {
  runs: ({ workspaceId: WorkspaceId } & Pick<Run, 'event' | 'rule' | 'subject'>)[]
  /** How long until the next one is due, 0 when it is already; null when nothing waits. */
  nextInMs: number | null
}

export interface RunFilter {
  state?: RunState | undefined
  rule?: string | undefined
  subject?: ProfileId | undefined
  /** Only runs of events before this one. */
  before?: EventId | undefined
  limit: number
}

export interface RuleVersion {
  rule: Rule
  appliedAt: number
  /** Whether it is the version that is in force now. */
  inForce: boolean
}

export interface FoundToken {
  token: Token
  workspace: Workspace
}

export interface Token {
  /** The part that is not secret; it also names the token in listings. */
  publicPart: string
  /** SHA-256 of the secret, 64 hex digits. */
  secretHash: string
  id: number
  workspaceId: WorkspaceId
  dialect: string
  /** Empty means every call of the dialect. */
  scopes: string[]
  label: string
  /** Whether its calls are held to the limits that its vendor states. */
  rateLimit: 'off' | 'vendor'
  createdAt: number
  revokedAt: number | null
}

export type NewToken = Pick<
  Token,
  'publicPart' | 'secretHash' | 'workspaceId' | 'dialect' | 'scopes' | 'label'
> &
  Partial<Pick<Token, 'rateLimit'>>

/** Milliseconds UTC; what was received before then goes. */
export interface ExpireBefore {
  /** The time now, by which counters are told to be over. */
  now: number
  /**
   * null keeps every event, and every run that ended, of workspaces that do not keep theirs for a
   * time of their own (`eventDays`). A workspace's time counts where it is the shorter.
   */
  events: number | null
  idempotency: number
}

/** How many of each were deleted. */
export interface Expired {
  events: number
  idempotency: number
  /** Runs that had ended. */
  runs: number
  /** Deliveries that were over, with their attempts. */
  deliveries: number
  /** Counters of rules; they are worth nothing after their minute. */
  ruleCounts: number
}

export interface StoreStatistics {
  engine: string
  schemaVersion: number
  workspaces: number
  profiles: number
  /** Ever logged, those that were deleted for their age included. */
  events: number
  /** Events that were warned about; see `listWarnings`. */
  warnings: number
  bytesOnDisk: number
}

export interface BackupReport {
  path: string
  bytes: number
  profiles: number
  events: number
  /** Names of destinations that a restored store does not call until an operator resumes them. */
  pausedDestinations?: string[]
}
