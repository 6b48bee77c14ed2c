import Type from 'typebox'
import { Fault, invalidField } from '../../core/errors.ts'
import type { JsonObject, JsonValue } from '../../core/json.ts'
import { limits } from '../../core/limits.ts'
import { assertText } from '../../core/normalise.ts'
import { starterRules } from '../../core/rule.ts'
import {
  eventDaysFault,
  isOrigin,
  isRegion,
  type Workspace,
  type WorkspaceSettings,
} from '../../core/workspace.ts'
import { dryAnswer, dryQuery, orTried } from './dry-run.ts'
import { pageOf, shortPaging } from './page-of.ts'
import { defineRoute } from './route.ts'
import { closed, nullable, page, time } from './schemas.ts'
import { shownTime } from './shown.ts'

const settingsProperties = {
  email_matching: Type.Boolean({ description: 'true or false' }),
  unknown_keys: Type.Union(
    [Type.Literal('create'), Type.Literal('ignore'), Type.Literal('existing-only')],
    { description: 'create, ignore or existing-only' },
  ),
  phone_region: nullable(Type.String({ description: 'two letters such as NL' })),
  allowed_origins: Type.Array(Type.String(), { maxItems: 100 }),
  indexed_attributes: Type.Array(Type.String({ minLength: 1, maxLength: limits.nameLengthMax }), {
    maxItems: limits.indexedAttributesMax,
    description: 'a list of names of attributes',
  }),
  event_days: nullable(
    Type.Integer({
      minimum: 1,
      maximum: limits.eventDaysMax,
      description: 'days that events are kept; null as long as the server keeps them, at most that',
    }),
  ),
}

const workspace = Type.Object(
  {
    name: Type.String(),
    created_at: time,
    settings: Type.Object(settingsProperties, closed),
  },
  { ...closed, 'x-name': 'Workspace' },
)

export const getWorkspace = defineRoute({
  method: 'GET',
  path: '/workspace',
  scope: 'workspace:read',
  operation: 'getWorkspace',
  resource: 'workspaces',
  summary: "Read the token's workspace",
  answers: { 200: { description: 'The workspace', schema: workspace } },
  handle: async (call) => ({ status: 200, body: shownWorkspace(call.workspace) }),
})

export const updateSettings = defineRoute({
  method: 'PATCH',
  path: '/workspace/settings',
  scope: 'workspace:write',
  operation: 'updateSettings',
  once: true,
  resource: 'workspaces',
  summary: 'Change settings of the workspace; what is not named stays',
  query: dryQuery,
  body: Type.Partial(Type.Object(settingsProperties), closed),
  answers: { 200: orTried('The workspace as it is now', workspace) },
  async handle({ store, workspace: own, query, body, actor, parts }) {
    const changes = readSettings(body as JsonObject)
    const { eventDays = null } = changes
    const fault = eventDaysFault(eventDays, parts.eventDays)
    if (fault && eventDays !== own.settings.eventDays) throw invalidField('event_days', fault)
    if (query.dry_run) {
      const after = { ...own, settings: { ...own.settings, ...changes } }
      return dryAnswer(shownSettings(own), shownSettings(after))
    }
    const changed = await store.updateSettings(own.id, changes, actor)
    return { status: 200, body: shownWorkspace(changed) }
  },
})

const manages = { scope: 'workspaces:manage', resource: 'workspaces' } as const

export const listWorkspaces = defineRoute({
  ...manages,
  method: 'GET',
  path: '/workspaces',
  operation: 'listWorkspaces',
  summary: 'List all workspaces',
  description: 'Only for tokens that were made with the scope `workspaces:manage` by name.',
  query: Type.Object(shortPaging(), closed),
  answers: { 200: { description: 'A page of workspaces', schema: page(workspace) } },
  async handle({ store, query }) {
    const found = await store.listWorkspaces()
    const { page: shown, next_cursor } = pageOf(found, ({ name }) => name, query)
    return { status: 200, body: { data: shown.map(shownWorkspace), next_cursor } }
  },
})

export const createWorkspace = defineRoute({
  ...manages,
  method: 'POST',
  path: '/workspaces',
  operation: 'createWorkspace',
  once: true,
  summary: 'Make a workspace with the starter rules, and a first token for it',
  body: Type.Object(
    {
      name: Type.String({
        pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
        maxLength: 64,
        description: 'up to 64 small letters and digits with dashes between',
      }),
    },
    closed,
  ),
  answers: {
    201: {
      description: 'The workspace, and a token of the native dialect that is shown this once',
      schema: Type.Object({ workspace, token: Type.Record(Type.String(), Type.String()) }, closed),
    },
  },
  refuses: ['conflict'],
  async handle({ store, body, parts, actor, source }) {
    const made = await store.createWorkspace(body.name, starterRules, actor)
    const own = parts.dialects.find(({ id }) => id === source.dialect)
    if (!own) throw new Error('the native dialect is not among the dialects')
    const label = 'first token'
    const token = await parts.createToken(store, own, made.id, { scopes: [], label, by: actor })
    return { status: 201, body: { workspace: shownWorkspace(made), token } }
  },
})

const wouldGo = Type.Object(
  {
    dry_run: Type.Literal(true),
    profiles: Type.Integer({ description: 'living ones' }),
    last_event_id: Type.Integer({ description: 'how many events there ever were' }),
    rules: Type.Integer(),
    destinations: Type.Integer(),
    tokens: Type.Integer({ description: 'revoked ones too' }),
  },
  closed,
)

export const deleteWorkspace = defineRoute({
  ...manages,
  method: 'DELETE',
  path: '/workspaces/:name',
  operation: 'deleteWorkspace',
  once: true,
  summary: 'Delete a workspace with everything in it',
  params: Type.Object({ name: Type.String() }),
  query: dryQuery,
  answers: {
    200: { description: 'What a dry run says would go', schema: wouldGo },
    204: { description: 'Deleted' },
  },
  refuses: ['not_found', 'conflict'],
  async handle({ store, parts, params, query, actor, workspace: own }) {
    if (params.name === own.name) {
      const message = 'A token cannot delete the workspace it belongs to.'
      throw new Fault('conflict', { message })
    }
    const found = (await store.listWorkspaces()).find(({ name }) => name === params.name)
    if (!found) {
      throw new Fault('not_found', { message: 'There is no workspace of this name.' })
    }
    if (query.dry_run) {
      const page = { limit: 1 }
      const { total } = await store.queryProfiles(found.id, { page, total: true })
      const counts = {
        profiles: total ?? 0,
        last_event_id: await store.lastEventId(found.id),
        rules: (await store.listRules(found.id)).length,
        destinations: (await parts.deliveries.listDestinations(found.id)).length,
        tokens: (await store.listTokens(found.id)).length,
      }
      return { status: 200, body: { dry_run: true, ...counts } }
    }
    await store.deleteWorkspace(found.id, actor)
    return { status: 204 }
  },
})

function shownWorkspace({ name, createdAt, settings }: Workspace): JsonObject {
  return {
    name,
    created_at: shownTime(createdAt),
    settings: shownSettings({ settings }),
  }
}

function shownSettings({ settings }: Pick<Workspace, 'settings'>): JsonObject {
  return {
    email_matching: settings.emailMatching,
    unknown_keys: settings.unknownKeys,
    phone_region: settings.phoneRegion,
    allowed_origins: settings.allowedOrigins,
    indexed_attributes: settings.indexedAttributes,
    event_days: settings.eventDays,
  }
}

function readSettings(body: JsonObject): Partial<WorkspaceSettings> {
  const { email_matching, unknown_keys, phone_region, allowed_origins } = body
  const { indexed_attributes, event_days } = body
  if (typeof phone_region === 'string' && !isRegion(phone_region)) {
    throw invalidField('phone_region', 'Must be the two letters of a region such as NL, or null.')
  }
  for (const origin of (allowed_origins ?? []) as string[]) {
    if (origin === '*' || isOrigin(origin)) continue
    throw invalidField('allowed_origins', 'Must be "*" or origins such as https://shop.example.')
  }
  for (const name of (indexed_attributes ?? []) as string[]) {
    assertText('indexed_attributes', name, limits.nameLengthMax)
  }
  const named: { [name: string]: JsonValue | undefined } = {
    emailMatching: email_matching,
    unknownKeys: unknown_keys,
    phoneRegion: phone_region,
    allowedOrigins: allowed_origins,
    indexedAttributes: indexed_attributes,
    eventDays: event_days,
  }
  const given = Object.entries(named).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as Partial<WorkspaceSettings>
}
