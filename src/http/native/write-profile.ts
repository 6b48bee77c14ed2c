import Type, { type Static } from 'typebox'
import type { Applied, Changes, Key } from '../../core/command.ts'
import type { CommandBody, DialectResponse } from '../../core/dialect.ts'
import type { Event } from '../../core/event.ts'
import type { JsonObject } from '../../core/json.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import type { EntryResult } from './bulk.ts'
import { commandOf, type NativeCall } from './call.ts'
import { explainOne } from './events.ts'
import { type profileChanges, readChanges } from './read-changes.ts'
import { readTime } from './read-fields.ts'
import {
  change,
  closed,
  dropped,
  explanation,
  foundBy,
  id,
  nullable,
  profile,
  writeOptions,
} from './schemas.ts'
import { shownEvent, shownPreview, shownProfile } from './shown.ts'

/* One write of one profile: what a call asks becomes a command, and what became of it an answer. */

export const options = Type.Object(
  {
    ...writeOptions,
    on_conflict: Type.Optional(
      Type.Union([Type.Literal('reject'), Type.Literal('take_over')], {
        description: 'reject or take_over: what becomes of an identifier that another profile has',
      }),
    ),
    match_email: Type.Optional(
      Type.Boolean({ description: 'true or false; whether a person may be found by the e-mail' }),
    ),
    on_missing: Type.Optional(
      Type.Union([Type.Literal('create'), Type.Literal('refuse')], {
        description: 'create or refuse: what becomes of a person who is not there',
      }),
    ),
  },
  closed,
)

export const byIdOptions = Type.Object(
  { ...writeOptions, on_conflict: options.properties.on_conflict },
  closed,
)

export const written = Type.Object(
  {
    created: Type.Boolean(),
    found_by: foundBy,
    profile: nullable(profile),
    changed: Type.Array(Type.String(), { description: 'the names of what is different now' }),
    changes: Type.Array(change),
    dropped: Type.Array(dropped),
    event_id: nullable(id),
    caused: Type.Array(id),
    repeated: Type.Boolean({ description: 'whether the call had been made before' }),
    explanation: Type.Optional(nullable(explanation)),
  },
  { ...closed, 'x-name': 'WrittenProfile' },
)

export type Options = Static<typeof options>
export type WriteCall = Omit<NativeCall<unknown, Options, unknown>, 'params' | 'body'>

export interface Keyed {
  key: Key
  changes: Pick<Changes, 'set' | 'identify'>
  mustExist?: true
}

export function byId(profileId: number): Keyed {
  return { key: { profile: profileId as ProfileId }, changes: { set: {} }, mustExist: true }
}

export function commandFor(
  { query, ifVersion }: WriteCall,
  { key, changes, mustExist }: Keyed,
  body: Static<typeof profileChanges>,
): CommandBody {
  const asked = readChanges(body)
  const occurredAt = readTime('occurred_at', body.occurred_at)
  const named = new Set((asked.identify ?? []).map(({ kind }) => kind))
  const identify = [
    ...(changes.identify ?? []).filter(({ kind }) => !named.has(kind)),
    ...(asked.identify ?? []),
  ]
  return {
    kind: 'write-profile',
    keys: [key],
    matchEmail: !mustExist && query.match_email !== false,
    onMissing: mustExist || query.on_missing === 'refuse' ? 'refuse' : 'create',
    ...(query.on_conflict ? { onConflict: query.on_conflict } : {}),
    ...ifVersionOf(ifVersion),
    ...(occurredAt === undefined ? {} : { occurredAt }),
    changes: {
      ...asked,
      set: { ...changes.set, ...asked.set },
      ...(identify.length > 0 ? { identify } : {}),
    },
  }
}

export function ifVersionOf(ifVersion: number | undefined): { ifVersion?: number } {
  return ifVersion === undefined ? {} : { ifVersion }
}

export async function write(
  call: WriteCall,
  body: CommandBody,
  asked: Options,
): Promise<EntryResult> {
  const { store, workspace } = call
  const command = commandOf(call, body)
  if (asked.dry_run) {
    const previewed = await store.preview(workspace.id, command)
    return { status: 200, ...shownPreview(previewed, await store.listRules(workspace.id)) }
  }
  const applied = await store.apply(workspace.id, command)
  const event = await eventOf(call, applied)
  const status = applied.foundBy === 'created' ? 201 : 200
  const result = { status, ...shownWritten(applied, event) }
  if (!asked.explain) return result
  return { ...result, explanation: event && (await explainOne(call, event.id)) }
}

/** The event that tells what the write changed; null when it changed and dropped nothing. */
async function eventOf(
  { store, workspace }: WriteCall,
  { events }: Applied,
): Promise<Event | null> {
  const [first] = events
  if (first === undefined) return null
  const [event] = await store.readEvents(workspace.id, (first - 1) as EventId, 1)
  return event?.id === first ? event : null
}

function shownWritten(applied: Applied, event: Event | null): JsonObject {
  const [first = null, ...caused] = applied.events
  const shown = event ? shownEvent(event) : { changes: [], dropped: [] }
  return {
    created: applied.foundBy === 'created',
    found_by: applied.foundBy,
    profile: applied.profile && shownProfile(applied.profile),
    changed: event?.changes.map(({ name }) => name) ?? [],
    changes: shown.changes ?? [],
    dropped: shown.dropped ?? [],
    event_id: first,
    caused,
    repeated: applied.repeated === true,
  }
}

export function respond({ status, ...body }: EntryResult): DialectResponse {
  const version = (body.profile as JsonObject | null)?.version
  const isPreview = body.dry_run === true
  const headers = { etag: `"${String(version)}"` }
  return { status, body, ...(version === undefined || isPreview ? {} : { headers }) }
}
