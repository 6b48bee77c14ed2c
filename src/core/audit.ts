import type { JsonObject } from './json.ts'
import type { WorkspaceId } from './profile.ts'

/** Who changed something that operators change. */
export interface Actor {
  /** A dialect's id where a token did it, else `cli` or `server`. */
  via: string
  /** The token's public part, or the name of whoever ran the command. */
  name: string
  /** The id of the request, where there was one. */
  request: string | null
}

/** What Roster does of itself. */
export const server: Actor = { via: 'server', name: '', request: null }

export const auditActions = [
  'workspace.created',
  'workspace.deleted',
  'settings.updated',
  'token.created',
  'token.limited',
  'token.revoked',
  'rules.replaced',
  'rule.enabled',
  'rule.disabled',
  'rule.replayed',
  'destinations.replaced',
  'destination.created',
  'destination.updated',
  'destination.removed',
  'destination.paused',
  'destination.resumed',
  'destination.secrets_replaced',
  'deliveries.cancelled',
  'deliveries.redelivered',
  'delivery.resent',
  'profile.erased',
] as const

export type AuditAction = (typeof auditActions)[number]

/** One change by an operator. It holds no secrets and no values of people. */
export interface AuditEntry {
  /** Counts up over all workspaces. */
  id: number
  at: number
  workspace: WorkspaceId
  by: Actor
  action: AuditAction
  /** The name of what was changed. */
  target: string
  details: JsonObject
}
