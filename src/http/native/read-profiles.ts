import Type from 'typebox'
import type { DialectResponse } from '../../core/dialect.ts'
import { Fault } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json.ts'
import type { EventId, Profile, ProfileId } from '../../core/profile.ts'
import { eventTimes } from '../../inspect/event-times.ts'
import { changesBack, eventsFollowedMax, profileAt, timeline } from '../../inspect/history.ts'
import type { NativeCall } from './call.ts'
import { readCursor, readIdentifier, readTime } from './read-fields.ts'
import { defineRoute } from './route.ts'
import {
  change,
  closed,
  event,
  id,
  idIn,
  nullable,
  page,
  paging,
  profile,
  time,
  timeIn,
} from './schemas.ts'
import { shownEvent, shownProfile, shownTime } from './shown.ts'

const atTime = Type.Object(
  { at: Type.Optional(timeIn) },
  { ...closed, description: 'as it was then, by what had been received until then' },
)

const reads = {
  scope: 'profiles:read',
  resource: 'profiles',
  refuses: ['profile_not_found', 'not_found'],
} as const

export const getProfile = defineRoute({
  ...reads,
  method: 'GET',
  path: '/profiles/:id',
  operation: 'getProfile',
  summary: 'Read a profile, as it is or as it was at a time',
  params: Type.Object({ id: idIn }),
  query: atTime,
  answers: { 200: { description: 'The profile', schema: profile, headers: ['etag'] } },
  async handle(call) {
    return answer(call, await byId(call, call.params.id), call.query.at)
  },
})

export const getProfileBy = defineRoute({
  ...reads,
  method: 'GET',
  path: '/profiles/by/:kind/:value',
  operation: 'getProfileBy',
  summary: 'Read the profile that has an identifier',
  params: Type.Object({ kind: Type.String(), value: Type.String() }),
  query: atTime,
  answers: { 200: { description: 'The profile', schema: profile, headers: ['etag'] } },
  async handle(call) {
    const { store, workspace, params } = call
    const identifier = readIdentifier('value', params.kind, params.value)
    const [found] = await store.findProfiles(workspace.id, { keys: [{ identifier }] })
    if (!found) {
      const message = `There is no profile with this ${params.kind}.`
      throw new Fault('profile_not_found', { message })
    }
    return answer(call, found, call.query.at)
  },
})

export const getProvenance = defineRoute({
  ...reads,
  method: 'GET',
  path: '/profiles/:id/provenance',
  operation: 'getProvenance',
  summary: 'Say where each attribute came from',
  description:
    '`event_id` is the event that gave the attribute its value, and `at` when that happened: null when the event is kept no longer. `confirmed_at` is when the value was last written, unchanged too: what happened before then is too late to change it.',
  params: Type.Object({ id: idIn }),
  answers: {
    200: {
      description:
        'For each attribute, cleared ones too, who set it last, when, and by which event',
      schema: Type.Object(
        {
          profile_id: id,
          attributes: Type.Record(
            Type.String(),
            Type.Object(
              {
                value: Type.Unknown(),
                at: nullable(time),
                confirmed_at: time,
                event_id: id,
                source: Type.String(),
                once: Type.Boolean({ description: 'whether it came by set once' }),
              },
              closed,
            ),
          ),
        },
        closed,
      ),
    },
  },
  async handle(call) {
    const found = await byId(call, call.params.id)
    const set = Object.values(found.provenance).map(({ event }) => event)
    const times = await eventTimes(call.store, call.workspace.id, set)
    const entries = Object.entries(found.provenance).map(([name, from]): [string, JsonObject] => [
      name,
      {
        value: Object.hasOwn(found.attributes, name) ? (found.attributes[name] ?? null) : null,
        at: shownTime(times.get(from.event) ?? null),
        confirmed_at: shownTime(from.at),
        event_id: from.event,
        source: from.source,
        once: from.once === true,
      },
    ])
    const attributes: JsonObject = Object.fromEntries(entries)
    return { status: 200, body: { profile_id: found.id, attributes } }
  },
})

const pastChange = Type.Object(
  {
    event_id: id,
    received_at: time,
    occurred_at: time,
    source: Type.String(),
    rule: nullable(Type.String()),
    ...change.properties,
  },
  { ...closed, 'x-name': 'PastChange' },
)

export const getHistory = defineRoute({
  ...reads,
  method: 'GET',
  path: '/profiles/:id/history',
  operation: 'getHistory',
  summary: 'List what changed on a profile, newest first',
  description: `One page follows at most ${eventsFollowedMax} events that changed the person, and may be shorter than asked for.`,
  params: Type.Object({ id: idIn }),
  query: Type.Object(
    {
      ...paging,
      name: Type.Optional(
        Type.String({ description: 'an attribute or a kind of identifier, or tags' }),
      ),
    },
    closed,
  ),
  answers: { 200: { description: 'A page of changes', schema: page(pastChange) } },
  async handle(call) {
    const { store, workspace, query } = call
    const { limit = 50, name } = query
    const found = await byId(call, call.params.id)
    const cursor = query.cursor === undefined ? found.lastEvent : readCursor(query.cursor)
    const wanted = { subject: found.id, from: cursor as EventId | null }
    const data: JsonObject[] = []
    let followed = 0
    for await (const each of changesBack(store, workspace.id, wanted, limit + 1)) {
      if (data.length >= limit || ++followed > eventsFollowedMax) {
        return { status: 200, body: { data, next_cursor: String(each.id) } }
      }
      const { event_id, received_at, occurred_at, source, rule } = origin(shownEvent(each))
      for (const one of each.changes) {
        if (name !== undefined && one.name !== name) continue
        const { of = 'attribute', from: was, to } = one
        const what = { of, name: one.name, from: was, to }
        data.push({ event_id, received_at, occurred_at, source, rule, ...what })
      }
    }
    return { status: 200, body: { data, next_cursor: null } }
  },
})

export const getTimeline = defineRoute({
  ...reads,
  method: 'GET',
  path: '/profiles/:id/timeline',
  operation: 'getTimeline',
  summary: 'List the events about a person, newest first',
  description: 'Events that named the person before there was a profile are among them.',
  params: Type.Object({ id: idIn }),
  query: Type.Object(paging, closed),
  answers: { 200: { description: 'A page of events', schema: page(event) } },
  async handle(call) {
    const { store, workspace, query } = call
    const { limit = 50 } = query
    const found = await byId(call, call.params.id)
    const below = query.cursor === undefined ? Number.MAX_SAFE_INTEGER : readCursor(query.cursor)
    const events = await timeline(store, workspace.id, found, { below, limit: limit + 1 })
    const shown = events.slice(0, limit)
    const next = events.length > limit ? String(shown.at(-1)?.id) : null
    return { status: 200, body: { data: shown.map(shownEvent), next_cursor: next } }
  },
})

type Reading = Pick<NativeCall<unknown, unknown, unknown>, 'store' | 'workspace'>

export async function byId({ store, workspace }: Reading, profileId: number): Promise<Profile> {
  const keys = [{ profile: profileId as ProfileId }]
  const [found] = await store.findProfiles(workspace.id, { keys })
  if (found) return found
  throw new Fault('profile_not_found', { message: `There is no profile ${profileId}.` })
}

async function answer(
  { store, workspace }: Reading,
  now: Profile,
  at: string | undefined,
): Promise<DialectResponse> {
  const time = readTime('at', at)
  const found = time === undefined ? now : await profileAt(store, workspace.id, now, time)
  if (!found) {
    throw new Fault('profile_not_found', { message: 'There was no such profile at that time.' })
  }
  const headers = { etag: `"${found.version}"` }
  return { status: 200, body: shownProfile(found), ...(time === undefined ? { headers } : {}) }
}

function origin(shown: JsonObject) {
  const { id: event_id = null, received_at = null, occurred_at = null, cause } = shown
  const source = (shown.source as JsonObject).dialect ?? null
  const rule = (cause as JsonObject | null)?.rule ?? null
  return { event_id, received_at, occurred_at, source, rule }
}
