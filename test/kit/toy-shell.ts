import { createHash } from 'node:crypto'
import { pino } from 'pino'
import type { Applied, Command } from '../../src/core/command.ts'
import {
  bodyKind,
  type Credentials,
  type Dialect,
  defineDialect,
  type RequestHead,
} from '../../src/core/dialect.ts'
import { Fault } from '../../src/core/errors.ts'
import { isObject } from '../../src/core/json.ts'
import type { EventId, WorkspaceId } from '../../src/core/profile.ts'
import { defaultSettings, type Workspace } from '../../src/core/workspace.ts'
import { type HttpConfig, httpDefaults } from '../../src/http/http-config.ts'
import { buildServer } from '../../src/http/server.ts'
import type { Store, Token } from '../../src/storage/store.ts'

/*
 * The HTTP shell alone, with two small dialects and a store that keeps nothing: for what the shell
 * itself promises about requests, whatever a dialect or an engine does. `toy` is strict and has a
 * token exchange, `web` may be called by browsers.
 */

/** What the store does next; a test changes what it needs. */
export interface ToyStore {
  apply(command: Command): Promise<Applied>
  writable(): Promise<{ writable: true } | { writable: false; reason: string }>
  tokens: Map<string, Token>
  workspace: Workspace
  /** The commands that arrived. */
  applied: Command[]
  writableAsked: number
}

export interface ToyShell {
  url: string
  store: ToyStore
  /** What was logged so far, a line each. */
  log: { [name: string]: unknown }[]
  /** The whole log as text. */
  logText(): string
  setClock(now: number): void
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export const toySecret = 'a secret'
export const toyAuth = { authorization: `Toy good.${toySecret}` }
export const webAuth = { authorization: `Toy webby.${toySecret}` }

export async function startToyShell(
  config: Partial<HttpConfig> = {},
  others: readonly Dialect[] = [],
): Promise<ToyShell> {
  const store = makeToyStore()
  const lines: string[] = []
  let now = Date.UTC(2026, 0, 1)
  const server = buildServer({
    store: asStore(store),
    dialects: [toy, web, ...others],
    config: { ...httpDefaults, port: 0, ...config },
    ticketKey: Buffer.alloc(32, 7),
    logger: pino({ level: 'debug', base: null }, { write: (line: string) => lines.push(line) }),
    deliveries: { health: () => null, counts: () => null },
    clock: () => now,
  })
  const { url } = await server.listen()
  return {
    url,
    store,
    get log() {
      return lines.map((line) => JSON.parse(line) as { [name: string]: unknown })
    },
    logText: () => lines.join(''),
    setClock: (time) => {
      now = time
    },
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

function makeToyStore(): ToyStore {
  const applied: Command[] = []
  const store: ToyStore = {
    applied,
    apply: async () => ({
      events: [applied.length as EventId],
      foundBy: 'none',
      profile: null,
    }),
    writable: async () => ({ writable: true }),
    writableAsked: 0,
    tokens: new Map(),
    workspace: {
      id: 1 as WorkspaceId,
      name: 'default',
      settings: { ...defaultSettings },
      idKey: '0'.repeat(32),
      createdAt: 0,
    },
  }
  for (const [publicPart, dialect, scopes] of [
    ['good', 'toy', []],
    ['reader', 'toy', ['profiles:read']],
    ['webby', 'web', []],
  ] as const) {
    store.tokens.set(publicPart, makeToken(publicPart, dialect, [...scopes]))
  }
  return store
}

function makeToken(publicPart: string, dialect: string, scopes: string[]): Token {
  return {
    publicPart,
    secretHash: createHash('sha256').update(toySecret).digest('hex'),
    id: 5,
    workspaceId: 1 as WorkspaceId,
    dialect,
    scopes,
    label: '',
    rateLimit: 'off',
    createdAt: 0,
    revokedAt: null,
  }
}

function asStore(toyStore: ToyStore): Store {
  const used: Partial<Store> = {
    apply: (_workspaceId, command) => {
      toyStore.applied.push(command)
      return toyStore.apply(command)
    },
    findProfiles: async () => [],
    nameId: () => 0,
    findToken: (publicPart) => {
      const token = toyStore.tokens.get(publicPart)
      return token ? { token, workspace: toyStore.workspace } : null
    },
    checkWritable: () => {
      toyStore.writableAsked++
      return toyStore.writable()
    },
    statistics: async () => ({
      engine: 'toy',
      schemaVersion: 1,
      workspaces: 1,
      profiles: 2,
      events: 3,
      warnings: 0,
      bytesOnDisk: 4,
    }),
  }
  return used as Store
}

function credentials({ headers }: RequestHead): Credentials {
  const { authorization } = headers
  if (authorization === undefined) throw new Fault('missing_credentials')
  const [, publicPart, secret] = /^Toy ([^.]*)\.([^.]*)$/.exec(authorization) ?? []
  if (publicPart !== undefined && secret !== undefined) return { publicPart, secret }
  const [, ticket] = /^Ticket (.+)$/.exec(authorization) ?? []
  if (ticket !== undefined) return { ticket }
  throw new Fault('malformed_credentials')
}

const shared = {
  credentials,
  parseBody(text: string) {
    if (text === '') return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw new Fault('malformed_body')
    }
  },
  tokens: {
    make() {
      throw new Error('not needed here')
    },
  },
  samples: () => [],
} satisfies Partial<Dialect>

export const toy = defineDialect({
  ...shared,
  id: 'toy',
  basePaths: ['/toy/v1', '/toy/v2'],
  rateLimit: { rule: { calls: 3, windowMs: 1_000 }, per: 'token' },
  headers: (endpoint) => ({ 'X-Toy': endpoint?.path ?? 'none' }),
  renderError: (fault, head) => ({
    status: fault.status,
    body: {
      toy: fault.code,
      allow: [...fault.allow],
      path: head.path,
      method: head.method,
      ...(fault.retryAfterSeconds !== undefined && { retryAfter: fault.retryAfterSeconds }),
    },
  }),
  endpoints: [
    {
      method: 'POST',
      path: '/things/:thingId',
      scope: 'profiles:write',
      toCommand: ({ body, params }) => {
        if (body !== undefined && !isObject(body)) {
          throw new Fault('invalid_field', { message: `The body is ${bodyKind(body)}.` })
        }
        const attributes = { ...body, thingId: params.thingId ?? '' }
        return { kind: 'record-event', type: 'toy.done', attributes, identifiers: [] }
      },
      toResponse: (applied, { baseUrl }) => ({
        status: 201,
        headers: { 'X-Created': `${applied.events[0]}`, 'X-Base': baseUrl },
      }),
    },
    {
      method: 'DELETE',
      path: '/things/:thingId',
      scope: 'profiles:write',
      answer: () => ({ status: 204 }),
    },
    {
      method: 'GET',
      path: '/things/:thingId',
      scope: 'profiles:read',
      toQuestion: () => ({ keys: [] }),
      toAnswer: (_found, { params, query, now }) => ({
        status: 200,
        body: { thingId: params.thingId ?? '', query, now },
      }),
    },
    {
      method: 'GET',
      path: '/things/odd/:kind',
      scope: 'profiles:read',
      answer: ({ params }) => {
        if (params.kind === 'header') return { status: 200, headers: { 'x-bad': 'a\nb' } }
        if (params.kind === 'text') return { status: 200, body: 'ÿ plain' }
        throw new TypeError('a defect in a dialect')
      },
    },
  ],
  openEndpoints: [
    {
      method: 'POST',
      path: '/',
      credentials: (_head, body) => {
        if (!isObject(body ?? null)) throw new Fault('missing_credentials')
        return { publicPart: 'good', secret: toySecret }
      },
      answer: (ticket) => ({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: ticket,
      }),
    },
    {
      method: 'GET',
      path: '/',
      credentials: ({ query }) => {
        if (query === '') throw new Fault('missing_credentials')
        return { publicPart: 'good', secret: query }
      },
      answer: (ticket) => ({
        status: 200,
        headers: { 'content-type': 'text/plain' },
        body: ticket,
      }),
    },
  ],
})

export const web = defineDialect({
  ...shared,
  id: 'web',
  basePaths: ['/web'],
  crossOrigin: true,
  headers: () => ({ Vary: 'Cookie' }),
  renderError: (fault) => {
    if (fault.code === 'malformed_body') throw new Error('a defect in a refusal')
    return { status: fault.status, body: { web: fault.code } }
  },
  endpoints: [
    {
      method: 'POST',
      path: '/save',
      scope: 'profiles:write',
      toCommand: () => ({ kind: 'remove-profile', keys: [] }),
      toResponse: () => ({ status: 200, body: { saved: true } }),
    },
  ],
})
