import type { Command, Outcome } from '../../core/command.ts'
import { Fault, type FaultCode, type FieldFault } from '../../core/errors.ts'
import type { EventQuery } from '../../core/event-query.ts'
import type { Preview } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { ProfileIdPage, ProfileQuery } from '../../core/profile-query.ts'
import type { RecordQuery } from '../../core/record.ts'
import type { AppliedJson, ProfileJson } from '../applied-json.ts'
import type { EventRows } from '../search/search-events.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import type { Ahead } from './command-writer.ts'
import type { DeliveryMethod } from './delivery-writes.ts'
import type { RollUpGoal } from './event-counts.ts'
import type { expireOwn, OwnStep } from './expire-own.ts'
import type { Filled } from './fill-some.ts'
import type { Foreseen } from './foresee.ts'
import type { RecordRows } from './record-reader.ts'

/** One thing to do with deliveries. */
export interface DeliveryCall {
  method: DeliveryMethod
  now: number
  given: unknown[]
}

/** The one request that is no text: most of what it holds goes to the file as it is. */
export interface ApplyAll {
  kind: 'apply-all'
  of: Ahead
  rows: Foreseen
  /** Whether it was asked while another was under way, whose fault is its own then. */
  follows: boolean
  /** How long a transaction may take, and how long to let others have the file after it. */
  holdMs: number
  pauseMs: number
}

/** What goes to the writing thread. Each request has exactly one reply, in order. */
export type Request =
  | { kind: 'apply'; now: number; group: { workspaceId: WorkspaceId; command: Command }[] }
  | { kind: 'preview'; now: number; workspaceId: WorkspaceId; command: Command }
  | { kind: 'probe'; now: number }
  | { kind: 'roll-up'; goal: RollUpGoal }
  | { kind: 'expire'; before: ExpireBefore }
  | { kind: 'expire-own'; step: OwnStep }
  | { kind: 'deliveries'; calls: DeliveryCall[] }
  | { kind: 'fill' }
  | { kind: 'close' }

/** What became of one command of a group. */
export type GroupResult = { applied: AppliedJson } | { fault: FaultJson }

export type Reply =
  | {
      kind: 'applied'
      results: GroupResult[]
      /** Whether deliveries were planned that may be claimed. */
      planned: boolean
    }
  | { kind: 'applied-all'; outcomes: (Outcome | { fault: FaultJson })[]; planned: boolean }
  | { kind: 'previewed'; result: { preview: Preview } | { fault: FaultJson } }
  | { kind: 'probed'; fault: FaultJson | null }
  | { kind: 'rolled-up'; counted: number; fault: FaultJson | null }
  | { kind: 'expired'; expired: Expired; fault: FaultJson | null }
  | { kind: 'expired-own'; result: ReturnType<typeof expireOwn> | { fault: FaultJson } }
  | { kind: 'deliveries'; answers: ({ answer: unknown } | { fault: FaultJson })[] }
  | { kind: 'filled'; filled: Filled; fault: FaultJson | null }
  | { kind: 'closed' }

/** A question to the reading thread. */
export type SearchAsk =
  | { kind: 'profiles' | 'profile-ids'; workspaceId: WorkspaceId; query: ProfileQuery }
  | { kind: 'events'; workspaceId: WorkspaceId; query: EventQuery }
  | { kind: 'records'; workspaceId: WorkspaceId; query: RecordQuery }

/** What goes to the reading thread; each request has one reply with its id. */
export interface SearchRequest {
  id: number
  ask: SearchAsk
  budgetMs: number
  /** Milliseconds UTC. */
  now: number
}

/** One of these besides the id: the answer to what was asked, or why there is none. */
export interface SearchReply {
  id: number
  page?: { profiles: ProfileJson[]; next: string | null; total: number | null }
  ids?: ProfileIdPage
  events?: EventRows
  records?: RecordRows
  fault?: FaultJson
}

export interface FaultJson {
  code: FaultCode
  message: string
  fields: readonly FieldFault[]
  retryAfterSeconds: number | null
  profile: number | null
  merge: Fault['merge'] | null
  /** The stack of what was behind it, for the log. */
  cause: string | null
}

export function faultToJson(fault: Fault): FaultJson {
  const { code, message, fields, retryAfterSeconds, profile, merge, cause } = fault
  return {
    code,
    message,
    fields,
    retryAfterSeconds: retryAfterSeconds ?? null,
    profile: profile ?? null,
    merge: merge ?? null,
    cause: cause instanceof Error ? (cause.stack ?? cause.message) : null,
  }
}

export function faultFromJson(json: FaultJson): Fault {
  return new Fault(json.code, {
    message: json.message,
    fields: [...json.fields],
    ...(json.retryAfterSeconds === null ? {} : { retryAfterSeconds: json.retryAfterSeconds }),
    ...(json.profile === null ? {} : { profile: json.profile }),
    ...(json.merge ? { merge: json.merge } : {}),
    ...(json.cause === null ? {} : { cause: json.cause }),
  })
}
