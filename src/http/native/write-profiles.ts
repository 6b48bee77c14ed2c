import { hash } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { invalidField } from '../../core/errors.ts'
import type { JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertAcceptable } from '../../core/normalise.ts'
import type { ProfileId } from '../../core/profile.ts'
import { answerMany, type EntryResult, manyResults } from './bulk.ts'
import { commandOf } from './call.ts'
import { explainOne } from './events.ts'
import { keyedBy, profileChanges, profileEntry } from './read-changes.ts'
import { assertMatches } from './read-input.ts'
import { defineRoute } from './route.ts'
import { closed, explanation, id, idIn, nullable, preview, writeOptions } from './schemas.ts'
import { shownPreview } from './shown.ts'
import {
  byId,
  byIdOptions,
  commandFor,
  ifVersionOf,
  options,
  respond,
  type WriteCall,
  write,
  written,
} from './write-profile.ts'

const changed = {
  description: 'Changed, or as it was; or what a dry run would come to',
  schema: Type.Union([written, preview]),
  headers: ['etag'],
}
const refusals = [
  'merge_refused' as const,
  ...(['profile_not_found', 'conflict', 'precondition_failed'] as const),
  ...(['call_under_way', 'idempotency_key_reused'] as const),
]

export const putProfile = defineRoute({
  method: 'PUT',
  path: '/profiles/by/:kind/:value',
  scope: 'profiles:write',
  operation: 'putProfile',
  resource: 'profiles',
  summary: 'Create or change the profile with an identifier',
  description:
    'One call: the person is found by the identifier, else by the e-mail that is set where the workspace matches on it, else made. Everything that is not named stays as it is. With `occurred_at` each attribute loses against a value that is stored with a later time; what lost is in `dropped`. Increments and changes of lists count whenever they happened.',
  params: Type.Object({ kind: Type.String(), value: Type.String() }),
  query: options,
  body: profileChanges,
  takes: ['idempotency-key', 'if-match'],
  answers: {
    200: changed,
    201: { description: 'Created', schema: written, headers: ['etag'] },
  },
  refuses: refusals,
  handle: async (call) => {
    const keyed = keyedBy('value', call.params.kind, call.params.value)
    return respond(await write(call, commandFor(call, keyed, call.body), call.query))
  },
})

export const patchProfile = defineRoute({
  method: 'PATCH',
  path: '/profiles/:id',
  scope: 'profiles:write',
  operation: 'patchProfile',
  resource: 'profiles',
  summary: 'Change a profile that exists',
  params: Type.Object({ id: idIn }),
  query: byIdOptions,
  body: profileChanges,
  takes: ['idempotency-key', 'if-match'],
  answers: {
    200: changed,
  },
  refuses: refusals,
  handle: async (call) => {
    const keyed = byId(call.params.id)
    return respond(await write(call, commandFor(call, keyed, call.body), call.query))
  },
})

export const writeProfiles = defineRoute({
  method: 'POST',
  path: '/profiles/bulk',
  scope: 'profiles:write',
  operation: 'writeProfiles',
  resource: 'profiles',
  summary: 'Write many profiles',
  description: `Up to ${limits.bulkEntriesMax} entries, each with \`by\` or \`id\` and what \`PUT\` takes, judged by itself and answered at its place. Those about one person take effect in their order. A dry run looks at each as if it came alone.`,
  query: options,
  body: Type.Object(
    { profiles: Type.Array(profileEntry, { maxItems: limits.bulkEntriesMax }) },
    closed,
  ),
  inParts: true,
  takes: ['idempotency-key'],
  answers: {
    207: {
      description: 'A result for each',
      schema: manyResults(
        Type.Object({ ...Type.Partial(written).properties, ...Type.Partial(preview).properties }),
        'ProfileResult',
      ),
    },
  },
  refuses: ['call_under_way'],
  async handle(call) {
    assertMatches(Type.Object({ profiles: Type.Unknown() }, closed), call.body)
    const entries = (call.body as unknown as { profiles: JsonValue }).profiles
    return answerMany('profiles', entries, (entry, index) => writeEntry(call, entry, index))
  },
})

export const removeProfile = defineRoute({
  method: 'DELETE',
  path: '/profiles/:id',
  scope: 'profiles:write',
  operation: 'removeProfile',
  resource: 'profiles',
  summary: 'Take a profile out of every read',
  description: 'What happened stays in the log; a later event may create the person again.',
  params: Type.Object({ id: idIn }),
  query: Type.Object(writeOptions, closed),
  takes: ['idempotency-key', 'if-match'],
  answers: {
    200: {
      description: 'Removed; or what a dry run would come to',
      schema: Type.Union([
        Type.Object(
          {
            event_id: nullable(id),
            caused: Type.Array(id),
            explanation: Type.Optional(nullable(explanation)),
          },
          closed,
        ),
        preview,
      ]),
    },
  },
  refuses: [
    ...(['profile_not_found', 'precondition_failed'] as const),
    ...(['call_under_way', 'idempotency_key_reused'] as const),
  ],
  async handle(call) {
    const { store, workspace, query, params, ifVersion } = call
    const keys = [{ profile: params.id as ProfileId }]
    const intent = { kind: 'remove-profile', keys, ...ifVersionOf(ifVersion) } as const
    const command = commandOf(call, intent)
    if (query.dry_run) {
      const previewed = await store.preview(workspace.id, command)
      return { status: 200, body: shownPreview(previewed, await store.listRules(workspace.id)) }
    }
    const { events } = await store.apply(workspace.id, command)
    const [first = null, ...caused] = events
    const body = { event_id: first, caused }
    if (!query.explain || first === null) return { status: 200, body }
    return { status: 200, body: { ...body, explanation: await explainOne(call, first) } }
  },
})

async function writeEntry(call: WriteCall, entry: JsonValue, index: number): Promise<EntryResult> {
  assertAcceptable(entry)
  assertMatches(profileEntry, entry)
  const { by, id: profileId, ...body } = entry as Static<typeof profileEntry>
  if ((by === undefined) === (profileId === undefined)) {
    throw invalidField('by', 'Each entry has either "by" or "id".')
  }
  const keyed = by ? keyedBy('by.value', by.kind, by.value) : byId(profileId as number)
  const { idempotency } = call
  const bodyHash = () => hash('sha256', JSON.stringify(entry), 'hex')
  const own = idempotency && {
    ...idempotency,
    key: `${idempotency.key}#${index}`,
    bodyHash: bodyHash(),
  }
  const each = { ...call, idempotency: own, ifVersion: undefined }
  return write(each, commandFor(each, keyed, body), call.query)
}
