import type { Command } from '../../core/command.ts'
import { Fault, type FaultCode, type FieldFault } from '../../core/errors.ts'
import type { Preview } from '../../core/preview.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { AppliedJson } from '../applied-json.ts'
import type { ExpireBefore, Expired } from '../store.ts'

/** What goes to the writing thread. Each request has exactly one reply, in order. */
export type Request =
  | { kind: 'apply'; now: number; group: { workspaceId: WorkspaceId; command: Command }[] }
  | { kind: 'preview'; now: number; workspaceId: WorkspaceId; command: Command }
  | { kind: 'probe'; now: number }
  | { kind: 'roll-up' }
  | { kind: 'expire'; before: ExpireBefore }
  | { kind: 'close' }

export type Reply =
  | { kind: 'applied'; results: ({ applied: AppliedJson } | { fault: FaultJson })[] }
  | { kind: 'previewed'; result: { preview: Preview } | { fault: FaultJson } }
  | { kind: 'probed'; fault: FaultJson | null }
  | { kind: 'rolled-up'; counted: number; fault: FaultJson | null }
  | { kind: 'expired'; expired: Expired; fault: FaultJson | null }
  | { kind: 'closed' }

export interface FaultJson {
  code: FaultCode
  message: string
  fields: readonly FieldFault[]
  retryAfterSeconds: number | null
  profile: number | null
  /** The stack of what was behind it, for the log. */
  cause: string | null
}

export function faultToJson(fault: Fault): FaultJson {
  const { code, message, fields, retryAfterSeconds, profile, cause } = fault
  return {
    code,
    message,
    fields,
    retryAfterSeconds: retryAfterSeconds ?? null,
    profile: profile ?? null,
    cause: cause instanceof Error ? (cause.stack ?? cause.message) : null,
  }
}

export function faultFromJson(json: FaultJson): Fault {
  return new Fault(json.code, {
    message: json.message,
    fields: [...json.fields],
    ...(json.retryAfterSeconds === null ? {} : { retryAfterSeconds: json.retryAfterSeconds }),
    ...(json.profile === null ? {} : { profile: json.profile }),
    ...(json.cause === null ? {} : { cause: json.cause }),
  })
}
