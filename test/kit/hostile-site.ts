import assert from 'node:assert/strict'
import type { ShownToken } from '../../src/core/dialect.ts'
import { isObject, type JsonObject, type JsonValue } from '../../src/core/json.ts'
import type { Answer } from './answer-parser.ts'
import { KeptConnection, send, type WireRequest } from './http-client.ts'
import { reconcile } from './reconcile.ts'
import type { RunningRoster } from './start-roster.ts'
import { storedCounts } from './stored-counts.ts'

/** A call that hostile input is made from: good as it stands, until something in it is replaced. */
export interface Target {
  name: string
  method: string
  path: string
  /** Credentials only. */
  headers: { [name: string]: string }
  /** A body that is accepted. */
  body: JsonObject
  /** Names of all fields the call understands. */
  fields: readonly string[]
  /** Where free attributes go: the body itself, or the object that is last in it. */
  attributes: 'body' | 'inner'
}

/** One dialect's part of the hostile tests. */
export interface HostileDialect {
  id: string
  targets(token: ShownToken, channelUserId: string): Target[]
  /** Fails unless a refusal has the vendor's form. */
  assertRefusal(answer: Answer): void
}

/** A workspace under attack, with a bystander in another one who must not feel it. */
export interface HostileSite {
  url: string
  tokens: { [dialect: string]: ShownToken }
  /** Channel Talk's id of somebody who is there. */
  userId: string
  /**
   * Attacks while the bystander calls, and proves what always holds: an answer below 500, nothing
   * stored by what was refused, and the bystander served.
   */
  attack(work: () => Promise<Answer>, what: string): Promise<Answer>
  /** The same with one request, over a connection that is kept where the server keeps it. */
  attackWith(request: WireRequest, what: string): Promise<Answer>
  /** Everything the attacks left behind is whole. */
  assertWhole(): Promise<void>
  close(): Promise<void>
}

export async function hostileSite(roster: RunningRoster): Promise<HostileSite> {
  const { url, store } = roster
  const { workspace, tokens } = await roster.newWorkspace()
  const made = await send(url, putMember(tokens, 'PUT'))
  const bystander = (await roster.newWorkspace()).tokens
  await send(url, putMember(bystander, 'PUT'))
  const bystanders = new KeptConnection(url)
  const callBystander = async () => {
    const answer = await bystanders.request(putMember(bystander, 'GET'))
    assert.equal(answer.status, 200, `the bystander was answered ${answer.status} ${answer.text}`)
  }
  const counts = await storedCounts(roster)
  // What was stored before, where nothing can have been since it was counted.
  let known: string | null = null
  const attack: HostileSite['attack'] = async (work, what) => {
    const before = known ?? (await counts.read())
    const [answer] = await Promise.all([work(), callBystander()])
    const shown = `${what}: ${answer.status} ${answer.text.slice(0, 300)}`
    assert.ok(answer.status >= 200 && answer.status < 500, shown)
    known = answer.status >= 400 ? before : null
    if (answer.status >= 400) assert.equal(await counts.read(), before, `stored: ${shown}`)
    return answer
  }
  const attackers = new KeptConnection(url)
  return {
    url,
    tokens,
    userId: (made.json() as { user: { id: string } }).user.id,
    attack,
    attackWith: (request, what) =>
      attack(() => (isFramed(request) ? attackers.request(request) : send(url, request)), what),
    assertWhole: async () => void (await reconcile(store, workspace.id)),
    close: async () => {
      bystanders.close()
      attackers.close()
      await counts.close()
    },
  }
}

/** Whether it is sure where the request ends, so that another can follow it. */
function isFramed({ headers = {} }: WireRequest): boolean {
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined
}

function putMember(tokens: HostileSite['tokens'], method: 'PUT' | 'GET'): WireRequest {
  return {
    method,
    path: '/open/v5/users/@somebody',
    headers: {
      'x-access-key': tokens.channeltalk?.accessKey,
      'x-access-secret': tokens.channeltalk?.accessSecret,
      'content-type': 'application/json',
    },
    body: method === 'PUT' ? '{"profile":{"name":"Somebody"}}' : undefined,
  }
}

/** The JSON object of an answer; fails when it is none. */
export function jsonObject(answer: Answer): { [name: string]: JsonValue } {
  assert.equal(answer.headers['content-type'], 'application/json', answer.text)
  const value = answer.json()
  assert.ok(isObject(value), answer.text)
  return value
}
