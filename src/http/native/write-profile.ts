import Type, { type Static } from 'typebox'
import type { Applied, Changes, IfVersion, Key } from '../../core/command.ts'
import type { CommandBody, DialectResponse } from '../../core/dialect.ts'
import type { Event } from '../../core/event.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import type { EventId, ProfileId } from '../../core/profile.ts'
import type { EntryResult } from './bulk.ts'
import { applyHolding, commandOf, type NativeCall } from './call.ts'
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
      Type.Union(
        ['reject', 'take_over', 'merge'].map((word) => Type.Literal(word)),
        {
          description:
            'reject, take_over or merge: what becomes of an identifier that another profile has',
        },
      ),
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
    merged: Type.Array(id, { description: 'profiles that went into this one, by on_conflict' }),
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

export function ifVersionOf(ifVersion: IfVersion | undefined): { ifVersion?: IfVersion } {
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
  const applied = await applyHolding(call, body)
  const told = await eventsOf(call, applied)
  const status = applied.foundBy === 'created' ? 201 : 200
  const result = { status, ...shownWritten(applied, told) }
  if (!asked.explain) return result
  return { ...result, explanation: told.event && (await explainOne(call, told.event.id)) }
}

/**
 * The events that tell what the write changed: what it merged first, and then the write itself;
 * null when it changed and dropped nothing.
 */
async function eventsOf(
  { store, workspace }: WriteCall,
  { events }: Applied,
): Promise<{ event: Event | null; merges: Event[] }> {
  const [first] = events
  if (first === undefined) return { event: null, merges: [] }
  const merges: Event[] = []
  for (const each of await store.readEvents(workspace.id, (first - 1) as EventId, events.length)) {
    if (!isOfMerge(each)) return { event: events.includes(each.id) ? each : null, merges }
    merges.push(each)
  }
  return { event: null, merges }
}

function isOfMerge({ type, cause }: Event): boolean {
  return cause === null && (type === 'profile.merged' || type === 'profile.absorbed')
}

function shownWritten(
  applied: Applied,
  { event, merges }: { event: Event | null; merges: readonly Event[] },
): JsonObject {
  const about = [...merges, ...(event ? [event] : [])]
  const shown = about.map(shownEvent)
  const all = (name: 'changes' | 'dropped') => shown.flatMap((each) => each[name] as JsonValue[])
  const told = new Set(about.map((each) => each.id))
  return {
    created: applied.foundBy === 'created',
    found_by: applied.foundBy,
    profile: applied.profile && shownProfile(applied.profile),
    changed: [...new Set(about.flatMap(({ changes }) => changes.map(({ name }) => name)))],
    changes: all('changes'),
    dropped: all('dropped'),
    event_id: event?.id ?? applied.events[0] ?? null,
    caused: applied.events.filter((each) => !told.has(each)),
    merged: merges.flatMap(({ type, subject }) => {
      return type === 'profile.absorbed' && subject !== null ? [subject] : []
    }),
    repeated: applied.repeated === true,
  }
}

export function respond({ status, ...body }: EntryResult): DialectResponse {
  const version = (body.profile as JsonObject | null)?.version
  const isPreview = body.dry_run === true
  const headers = { etag: `"${String(version)}"` }
  return { status, body, ...(version === undefined || isPreview ? {} : { headers }) }
}
