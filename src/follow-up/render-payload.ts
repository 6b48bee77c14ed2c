import type { Ask, Asking } from '../core/ask.ts'
import { Fault } from '../core/errors.ts'
import { limits } from '../core/limits.ts'
import type { Payload, PayloadAnswer, PayloadAsked, RenderedPayload } from '../core/payload.ts'
import type { ProfileId, WorkspaceId } from '../core/profile.ts'
import type { Workspace } from '../core/workspace.ts'
import type { Store } from '../storage/store.ts'

type ReadStore = Pick<
  Store,
  'findProfiles' | 'findRecord' | 'findRecords' | 'listRecords' | 'listWorkspaces' | 'nameId'
>

export type RenderPayload = (asked: PayloadAsked) => Promise<PayloadAnswer>

/** How long a workspace's settings are remembered; payloads show a few of them. */
const workspacesMs = 2_000
const asksMax = 1_000

/**
 * Makes the bodies of deliveries whose steps name a payload, on the thread that has the dialects
 * and the store.
 *
 * @throws Fault `unavailable` when the store cannot be read now; anything that would be the same
 *   again is answered as a fault of the delivery.
 */
export function createPayloadRenderer(
  store: ReadStore,
  payloads: readonly Payload[],
): RenderPayload {
  const byName = new Map(payloads.map((payload) => [payload.name, payload]))
  const workspaces = workspaceLookup(store)
  return async ({ workspaceId, name, seen, plannedAt, given }) => {
    const payload = byName.get(name)
    if (!payload) {
      const detail = `No dialect of this Roster has a payload ${name}.`
      return { kind: 'fault', reason: 'unknown_payload', detail }
    }
    try {
      const workspace = await workspaces(workspaceId)
      const person = seen.person ?? null
      if (person) await learnNames(store, workspaceId, person.id)
      const view = {
        nameId: (kind: 'attribute' | 'tag', text: string) => store.nameId(workspaceId, kind, text),
      }
      const { event, record } = seen
      const input = { event, record, person, workspace, plannedAt, given }
      const rendered = await answerAll(store, workspaceId, payload.render(input, view))
      const bytes = Buffer.byteLength(rendered.body)
      if (bytes <= limits.deliveryBodyBytesMax) return { kind: 'rendered', rendered }
      const detail = `The body has ${bytes} bytes; ${limits.deliveryBodyBytesMax} are the most.`
      return { kind: 'fault', reason: 'too_large', detail }
    } catch (error) {
      if (error instanceof Fault && error.code === 'unavailable') throw error
      return { kind: 'fault', reason: 'internal', detail: (error as Error).message }
    }
  }
}

/** A store promises the numbers of names only on people it has just answered. */
async function learnNames(store: ReadStore, id: WorkspaceId, profile: ProfileId): Promise<void> {
  await store.findProfiles(id, { keys: [{ profile }] })
}

async function answerAll(
  store: ReadStore,
  id: WorkspaceId,
  asking: Asking<RenderedPayload>,
): Promise<RenderedPayload> {
  let next = asking.next()
  for (let asks = 1; !next.done; asks++) {
    if (asks > asksMax) throw new Error(`the payload asks for more than ${asksMax} things`)
    next = asking.next(await answer(store, id, next.value))
  }
  return next.value
}

function answer(store: ReadStore, id: WorkspaceId, ask: Ask): Promise<unknown> {
  if ('profiles' in ask) return store.findProfiles(id, ask.profiles)
  if ('record' in ask) return store.findRecord(id, ask.record.kind, ask.record.key)
  if ('records' in ask) return store.findRecords(id, ask.records)
  if ('recordPage' in ask) return store.listRecords(id, ask.recordPage)
  throw new Error('A payload may ask for records and profiles only.')
}

function workspaceLookup(store: ReadStore): (id: WorkspaceId) => Promise<Workspace> {
  let known = new Map<WorkspaceId, Workspace>()
  let knownUntil = 0
  return async (id) => {
    if (performance.now() >= knownUntil || !known.has(id)) {
      const all = await store.listWorkspaces()
      known = new Map(all.map((workspace) => [workspace.id, workspace]))
      knownUntil = performance.now() + workspacesMs
    }
    const workspace = known.get(id)
    if (!workspace) throw new Error(`There is no workspace ${id}.`)
    return workspace
  }
}
