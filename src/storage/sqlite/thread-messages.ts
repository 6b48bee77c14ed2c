import type { Command } from '../../core/command.ts'
import { Fault, type FaultCode, type FieldFault } from '../../core/errors.ts'
import type { WorkspaceId } from '../../core/profile.ts'
import type { AppliedJson } from '../applied-json.ts'
import type { ExpireBefore, Expired } from '../store.ts'
import type { DeliveryMethod } from './delivery-writes.ts'

/** What goes to the writing thread. Each request has exactly one reply, in order. */
export type Request =
  | { kind: 'apply'; now: number; group: { workspaceId: WorkspaceId; command: Command }[] }
  | { kind: 'probe'; now: number }
  | { kind: 'expire'; before: ExpireBefore }
  | { kind: 'deliveries'; method: DeliveryMethod; now: number; given: unknown[] }
  | { kind: 'close' }

export type Reply =
  | {
      kind: 'applied'
      results: ({ applied: AppliedJson } | { fault: FaultJson })[]
      /** Whether deliveries were planned that may be claimed. */
      planned: boolean
    }
  | { kind: 'probed'; fault: FaultJson | null }
  | { kind: 'expired'; expired: Expired; fault: FaultJson | null }
  | { kind: 'deliveries'; answer: unknown }
  | { kind: 'failed'; fault: FaultJson }
  | { kind: 'closed' }

export interface FaultJson {
  code: FaultCode
  message: string
  fields: readonly FieldFault[]
  retryAfterSeconds: number | null
  /** The stack of what was behind it, for the log. */
  cause: string | null
}

export function faultToJson(fault: Fault): FaultJson {
  const { code, message, fields, retryAfterSeconds, cause } = fault
  return {
    code,
    message,
    fields,
    retryAfterSeconds: retryAfterSeconds ?? null,
    cause: cause instanceof Error ? (cause.stack ?? cause.message) : null,
  }
}

export function faultFromJson(json: FaultJson): Fault {
  return new Fault(json.code, {
    message: json.message,
    fields: [...json.fields],
    ...(json.retryAfterSeconds === null ? {} : { retryAfterSeconds: json.retryAfterSeconds }),
    ...(json.cause === null ? {} : { cause: json.cause }),
  })
}
