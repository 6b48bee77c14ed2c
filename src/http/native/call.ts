import type { Actions } from '../../core/action.ts'
import type { Actor } from '../../core/audit.ts'
import type { Applied, Command, Idempotency, IfVersion } from '../../core/command.ts'
import type { Decide } from '../../core/decision.ts'
import type { CommandBody, Dialect, ShownToken } from '../../core/dialect.ts'
import type { Source } from '../../core/event.ts'
import type { ProfileId, WorkspaceId } from '../../core/profile.ts'
import type { FollowUpGrammar } from '../../core/rule-schema-steps.ts'
import type { Templates } from '../../core/template.ts'
import type { Workspace } from '../../core/workspace.ts'
import type { Sealer } from '../../lib/seal.ts'
import { holdMerge } from '../../operate/held-merges.ts'
import type { TestedDestination } from '../../operate/test-destination.ts'
import type { DeliveryStore, Destination } from '../../storage/delivery-store.ts'
import type { Store, Token } from '../../storage/store.ts'
import type { Call } from '../call.ts'

/** What the native API needs besides the store; only the composition root has all of it. */
export interface NativeParts {
  /** Those a token can be made for, the native one included. */
  dialects: readonly Dialect[]
  grammar: Omit<FollowUpGrammar, 'destinations'> & {
    actions: Actions
    templates: Templates
    destinationTypes: readonly string[]
  }
  decide: Decide
  deliveries: DeliveryStore
  /** Days that the server keeps events, 0 for ever. */
  eventDays: number
  /** Seals secrets of destinations, and opens them. */
  sealer: Sealer
  /** @throws Fault `too_many_requests` where many are under way. */
  testDestination(workspaceId: WorkspaceId, destination: Destination): Promise<TestedDestination>
  /** Makes a token and answers it as it is shown, this once. */
  createToken(
    store: Store,
    dialect: Dialect,
    workspaceId: WorkspaceId,
    options: { scopes: string[]; label: string; rateLimit?: Token['rateLimit']; by: Actor },
  ): Promise<ShownToken>
}

/** What a route's handler sees: its checked input, who calls, and the store. */
export interface NativeCall<Params, Query, Body> {
  params: Params
  query: Query
  body: Body
  store: Store
  workspace: Workspace
  token: Token
  parts: NativeParts
  /** Milliseconds UTC at which the request arrived. */
  now: number
  source: Source
  /** Who calls, for the audit trail. */
  actor: Actor
  /** Null without a key, and where the route takes none. */
  idempotency: Idempotency | null
  /** The version that `If-Match` names, or `*`, where the route takes it and it was sent. */
  ifVersion: IfVersion | undefined
  /** The tag that `If-Match` names, where the route takes one and it was sent. */
  ifTag: string | undefined
  /** Whom the answer tells of, where it is kept for repeats: an erasure takes it along. */
  tells: { of: ProfileId | null }
  /** For answers that go on; nothing else should need it. */
  raw: Call
}

/** A command of this call, with what every command of it has. */
export function commandOf(
  call: Pick<NativeCall<unknown, unknown, unknown>, 'source' | 'idempotency'>,
  body: CommandBody,
): Command {
  const { source, idempotency } = call
  return { ...body, source, ...(idempotency ? { idempotency } : {}) }
}

/** Applies a command that may merge; one that the guards hold back is taken down for somebody. */
export async function applyHolding(
  call: Pick<
    NativeCall<unknown, unknown, unknown>,
    'store' | 'workspace' | 'source' | 'idempotency'
  >,
  body: CommandBody,
): Promise<Applied> {
  const { store, workspace, source } = call
  try {
    return await store.apply(workspace.id, commandOf(call, body))
  } catch (error) {
    await holdMerge(store, workspace.id, source, error)
    throw error
  }
}
