import Type, { type Static } from 'typebox'
import type { Applied, Key } from '../../core/command.ts'
import { Fault, invalidField } from '../../core/errors.ts'
import type { Event } from '../../core/event.ts'
import { type JsonObject, own, sameJson } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { mergeRisks } from '../../core/merge-guards.ts'
import type { Preview } from '../../core/preview.ts'
import type { EventId, Profile, ProfileId } from '../../core/profile.ts'
import { applyHolding, commandOf, type NativeCall } from './call.ts'
import { explainOne } from './events.ts'
import { readIdentifier } from './read-fields.ts'
import { defineRoute } from './route.ts'
import {
  change,
  closed,
  dropped,
  explanation,
  id,
  idIn,
  nullable,
  preview,
  profile,
  writeOptions,
} from './schemas.ts'
import { shownEvent, shownPreview, shownProfile } from './shown.ts'

type Calling = NativeCall<unknown, unknown, unknown>
type Explaining = NativeCall<unknown, { explain?: boolean }, unknown>

const one = Type.Object(
  {
    id: Type.Optional(idIn),
    by: Type.Optional(Type.Object({ kind: Type.String(), value: Type.String() }, closed)),
  },
  { ...closed, description: 'a profile, by its id or an identifier' },
)

export const risk = Type.Object(
  {
    code: Type.Union(
      ['several_user_ids', 'too_many_identifiers', 'placeholder'].map((word) => Type.Literal(word)),
    ),
    message: Type.String(),
    profile_id: id,
  },
  { ...closed, 'x-name': 'MergeRisk', description: 'why profiles are perhaps not one person' },
)

const conflict = Type.Object(
  {
    name: Type.String(),
    kept: Type.Unknown({ description: 'the value of who stays' }),
    lost: Type.Unknown({ description: 'the value of who goes' }),
    profile_id: id,
  },
  { ...closed, 'x-name': 'MergeConflict' },
)

export const merged = Type.Object(
  {
    profile,
    profiles: Type.Array(id, { description: 'who went, or is back' }),
    changes: Type.Array(change),
    dropped: Type.Array(dropped),
    event_id: nullable(id),
    caused: Type.Array(id),
    repeated: Type.Boolean({ description: 'whether the call had been made before' }),
    explanation: Type.Optional(nullable(explanation)),
  },
  { ...closed, 'x-name': 'MergedProfiles' },
)

export const mergePreview = Type.Object(
  {
    ...preview.properties,
    risks: Type.Array(risk, { description: 'what the guards have against it' }),
    refused: Type.Boolean({ description: 'whether the call would be refused' }),
    conflicts: Type.Array(conflict, { description: 'values that would not be seen any more' }),
  },
  { ...closed, 'x-name': 'MergePreview' },
)

const options = Type.Object(writeOptions, closed)
const shared = {
  method: 'POST',
  scope: 'profiles:write',
  resource: 'profiles',
  params: Type.Object({ id: idIn }),
  query: options,
  takes: ['idempotency-key'],
} as const

export const mergeProfiles = defineRoute({
  ...shared,
  path: '/profiles/:id/merge',
  operation: 'mergeProfiles',
  summary: 'Make one person of several profiles',
  description:
    'Who stays keeps every value it has; what it lacks comes from the others, the first of them that has it. It gains their tags and identifiers, and by their ids it is found as well. Guards refuse what is perhaps not one person, unless `guards` is false; what they held back is among the held merges. With `dry_run=true` the answer says which values would not be seen any more.',
  body: Type.Object(
    {
      from: Type.Array(one, {
        minItems: 1,
        maxItems: limits.mergedPerCommandMax,
        description: `a list of 1 to ${limits.mergedPerCommandMax} profiles`,
      }),
      guards: Type.Optional(Type.Boolean({ description: 'true or false; true when left out' })),
    },
    closed,
  ),
  answers: {
    200: {
      description: 'Merged, or what a dry run would come to',
      schema: Type.Union([merged, mergePreview]),
    },
  },
  refuses: ['profile_not_found', 'merge_refused', 'call_under_way', 'idempotency_key_reused'],
  async handle(call) {
    const { store, workspace, params, query, body } = call
    const into: Key[] = [{ profile: params.id as ProfileId }]
    const intent = { kind: 'merge-profiles' as const, into, from: body.from.map(keysOf) }
    await assertThere(call, intent.from)
    const isGuarded = body.guards !== false
    if (query.dry_run) {
      const previewed = await store.preview(workspace.id, commandOf(call, intent))
      return { status: 200, body: await shownMergePreview(call, previewed, isGuarded) }
    }
    const guarded = isGuarded ? { ...intent, guards: true as const } : intent
    return shownMerge(call, await applyHolding(call, guarded))
  },
})

export const undoMerge = defineRoute({
  ...shared,
  path: '/profiles/:id/unmerge',
  operation: 'undoMerge',
  summary: 'Undo a merge',
  description:
    'Who went is back under its own id, with the values, tags and identifiers it had. What was changed since stays with who stayed, and what somebody else has by now stays there: `dropped` says so. What a vendor keeps about a person besides is not brought back.',
  body: Type.Object(
    { event_id: Type.Integer({ minimum: 1, description: 'the id of the event profile.merged' }) },
    closed,
  ),
  answers: {
    200: {
      description: 'Undone, or what a dry run would come to',
      schema: Type.Union([merged, preview]),
    },
  },
  refuses: [
    'profile_not_found',
    'not_found',
    'conflict',
    'call_under_way',
    'idempotency_key_reused',
  ],
  async handle(call) {
    const { store, workspace, params, query, body } = call
    const { merge, gone } = await readMerge(call, params.id, body.event_id as EventId)
    const command = commandOf(call, {
      kind: 'undo-merge',
      merge: merge.id,
      into: params.id as ProfileId,
      changes: merge.changes,
      gone: gone.map(({ subject, identifiers }) => ({
        profile: subject as ProfileId,
        identifiers,
      })),
    })
    if (!query.dry_run) return shownMerge(call, await store.apply(workspace.id, command))
    const previewed = await store.preview(workspace.id, command)
    return { status: 200, body: shownPreview(previewed, await store.listRules(workspace.id)) }
  },
})

function keysOf({ id: place, by }: Static<typeof one>, index: number): Key[] {
  if ((place === undefined) === (by === undefined)) {
    throw invalidField(`from.${index}`, 'Each entry has either "by" or "id".')
  }
  if (!by) return [{ profile: place as ProfileId }]
  return [{ identifier: readIdentifier(`from.${index}.by.value`, by.kind, by.value) }]
}

/** Somebody who was never there is a mistake; who was merged already is not. */
async function assertThere({ store, workspace }: Calling, from: readonly Key[][]): Promise<void> {
  for (const [index, keys] of from.entries()) {
    const [found] = await store.findProfiles(workspace.id, { keys })
    if (found) continue
    const message = `from.${index}: There is no such profile.`
    const fields = [{ field: `from.${index}`, message: 'There is no such profile.' }]
    throw new Fault('profile_not_found', { message, fields })
  }
}

async function readMerge(
  { store, workspace }: Calling,
  into: number,
  place: EventId,
): Promise<{ merge: Event; gone: Event[] }> {
  const most = 1 + limits.mergedPerCommandMax
  const [merge, ...after] = await store.readEvents(workspace.id, (place - 1) as EventId, most)
  const isMerge = merge?.id === place && merge.type === 'profile.merged'
  // Where one of them was erased, nothing is left that could be undone.
  if (!isMerge || merge.subject !== into || !Array.isArray(merge.attributes.profiles)) {
    const message = `Event ${place} is no merge into profile ${into}, or is not kept any more.`
    throw new Fault('not_found', { message })
  }
  const profiles = merge.attributes.profiles as number[]
  const gone = after.filter(({ type, subject }) => {
    return type === 'profile.absorbed' && profiles.includes(subject ?? 0)
  })
  return { merge, gone: gone.slice(0, profiles.length) }
}

export async function shownMerge(call: Explaining, applied: Applied) {
  const { store, workspace, query } = call
  const [first] = applied.events
  const [event] =
    first === undefined ? [] : await store.readEvents(workspace.id, (first - 1) as EventId, 1)
  const { changes = [], dropped: none = [] } = event ? shownEvent(event) : {}
  const profiles = (event?.attributes.profiles ?? []) as number[]
  return {
    status: 200,
    body: {
      profile: applied.profile && shownProfile(applied.profile),
      ...{ profiles, changes, dropped: none },
      event_id: first ?? null,
      caused: applied.events.slice(1 + profiles.length),
      repeated: applied.repeated === true,
      ...(query.explain ? { explanation: await explainOne(call, first) } : {}),
    },
  }
}

export async function shownMergePreview(
  { store, workspace }: Calling,
  previewed: Preview,
  isGuarded: boolean,
): Promise<JsonObject> {
  const into = previewed.before.find(({ id: place }) => place === previewed.profile?.id)
  const from = previewed.before.filter((each) => each !== into && wentInto(each, previewed))
  const risks = into ? mergeRisks(into, from) : []
  return {
    ...shownPreview(previewed, await store.listRules(workspace.id)),
    risks: risks.map(({ code, message, profile: place }) => ({ code, message, profile_id: place })),
    refused: isGuarded && risks.length > 0,
    conflicts: into ? from.flatMap((each) => conflictsOf(into, each)) : [],
  }
}

function wentInto({ id: place }: Profile, { events }: Preview): boolean {
  return events.some(({ type, subject }) => type === 'profile.absorbed' && subject === place)
}

function conflictsOf(into: Profile, from: Profile): JsonObject[] {
  return Object.entries(from.attributes).flatMap(([name, lost]) => {
    const kept = own(into.attributes, name)
    if (kept === undefined || lost === undefined || sameJson(kept, lost)) return []
    return [{ name, kept, lost, profile_id: from.id }]
  })
}
