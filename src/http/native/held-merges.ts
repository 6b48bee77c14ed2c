import Type from 'typebox'
import type { RecordId } from '../../core/record.ts'
import {
  acceptingMerge,
  findHeldMerge,
  listHeldMerges,
  rejectHeldMerge,
  shownHeldMerge,
} from '../../operate/held-merges.ts'
import { dryAnswer, dryQuery, orTried } from './dry-run.ts'
import { merged, mergePreview, risk, shownMerge, shownMergePreview } from './merge-profiles.ts'
import { readCursor } from './read-fields.ts'
import { defineRoute } from './route.ts'
import { closed, id, idIn, page, paging, time, writeOptions } from './schemas.ts'

const state = Type.Union([Type.Literal('open'), Type.Literal('rejected')], {
  description: 'open or rejected',
})

const heldMerge = Type.Object(
  {
    id,
    state,
    profile_id: Type.Integer({ minimum: 1, description: 'who would stay' }),
    from: Type.Array(id, { description: 'who would go' }),
    times: Type.Integer({ minimum: 1, description: 'how often it was held back' }),
    risks: Type.Array(risk, { description: 'what the guards have against it now' }),
    held_at: time,
    last_held_at: time,
  },
  { ...closed, 'x-name': 'HeldMerge', description: 'a merge that the guards held back' },
)

const shared = { resource: 'merges', refuses: ['record_not_found'] } as const

export const listHeld = defineRoute({
  ...shared,
  method: 'GET',
  path: '/held-merges',
  scope: 'profiles:read',
  operation: 'listHeldMerges',
  summary: 'List the merges that the guards held back, oldest first',
  description:
    'Each merge that is refused with `merge_refused` is taken down once, for somebody to look at, and counted. Who was removed or merged meanwhile is not among them, so that a page may be shorter than asked for.',
  query: Type.Object({ ...paging, state: Type.Optional(state) }, closed),
  answers: { 200: { description: 'A page of held merges', schema: page(heldMerge) } },
  refuses: [],
  async handle({ store, workspace, query }) {
    const { limit = 50, cursor, state: wanted = 'open' } = query
    const after = readCursor(cursor) as RecordId
    const { data, next } = await listHeldMerges(store, workspace.id, {
      ...{ state: wanted, after, limit },
    })
    const next_cursor = next === null ? null : String(next)
    return { status: 200, body: { data: data.map(shownHeldMerge), next_cursor } }
  },
})

export const acceptHeld = defineRoute({
  ...shared,
  method: 'POST',
  path: '/held-merges/:id/accept',
  scope: 'profiles:write',
  operation: 'acceptHeldMerge',
  summary: 'Merge them all the same',
  description: 'What the guards have against it does not count. `unmerge` undoes it.',
  params: Type.Object({ id: idIn }),
  query: Type.Object(writeOptions, closed),
  // Once it is accepted it is not held any more: a repeat would look for it in vain.
  once: true,
  answers: {
    200: {
      description: 'Merged, or what a dry run would come to',
      schema: Type.Union([merged, mergePreview]),
    },
  },
  async handle(call) {
    const { store, workspace, params, query, source } = call
    const held = await findHeldMerge(store, workspace.id, params.id)
    const command = { ...acceptingMerge(held), source }
    if (query.dry_run) {
      const previewed = await store.preview(workspace.id, command)
      return { status: 200, body: await shownMergePreview(call, previewed, false) }
    }
    call.tells.of = held.into.id
    return shownMerge(call, await store.apply(workspace.id, command))
  },
})

export const rejectHeld = defineRoute({
  ...shared,
  method: 'POST',
  path: '/held-merges/:id/reject',
  scope: 'profiles:write',
  operation: 'rejectHeldMerge',
  once: true,
  summary: 'Say that they are not one person',
  description: 'The same merge is refused as before, and not asked about again.',
  params: Type.Object({ id: idIn }),
  query: dryQuery,
  answers: { 200: orTried('Rejected', heldMerge) },
  async handle({ store, workspace, params, query, source }) {
    if (query.dry_run) {
      const { state } = await findHeldMerge(store, workspace.id, params.id)
      return dryAnswer({ state }, { state: 'rejected' })
    }
    const held = await rejectHeldMerge(store, workspace.id, source, params.id)
    return { status: 200, body: shownHeldMerge(held) }
  },
})
