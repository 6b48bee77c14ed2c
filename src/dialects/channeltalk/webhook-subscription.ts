import type { Condition } from '../../core/condition.ts'
import type { JsonObject } from '../../core/json.ts'
import { USER_ID } from '../../core/profile.ts'
import type { Subscription } from '../../core/subscription.ts'
import type { WorkspaceSettings } from '../../core/workspace.ts'
import { endTypes } from './payload.ts'

/** Failures in a row after which the vendor blocks a webhook (wire notes 5). */
const failuresMax = 100

const changeTypes = ['profile.created', 'profile.updated', 'profile.merged']
const changed = (...names: string[]): Condition[] => names.map((name) => ({ changed: name }))

/** What each kind of change is about: data by which people are reached, or whether they want it. */
const kinds: { [kind: string]: Condition[] } = {
  contact: changed('email', 'phone'),
  subscription: changed('unsubscribed_email', 'unsubscribed_texting'),
}

/**
 * What a webhook is told of. Of chats and messages, whose scopes it may name as well, there is
 * nothing here that happens to them.
 */
export function webhookSubscription(
  { url, token, scopes, apiVersion }: JsonObject,
  { privateWebhooks }: WorkspaceSettings,
): Subscription {
  return {
    url: withToken(String(url), String(token)),
    allowPrivate: privateWebhooks,
    listens: listens(scopes as string[]),
    payload: 'channeltalk',
    given: { apiVersion: apiVersion ?? 'v5' },
    terms: { deliveredBelow: 400, failuresMax },
  }
}

function listens(scopes: readonly string[]): Subscription['listens'] {
  const has = (scope: string) => scopes.includes('*') || scopes.includes(scope)
  const changes: Condition[] = []
  const ends: Condition[] = []
  for (const [person, isMember] of [
    ['member', true],
    ['lead', false],
  ] as const) {
    const who: Condition = { identifier: USER_ID, exists: isMember }
    const what = Object.keys(kinds).filter((kind) => has(`${person}.upserted.${kind}`))
    if (what.length > 0)
      changes.push({ all: [who, { any: what.flatMap((kind) => kinds[kind] ?? []) }] })
    if (has(`${person}.deleted`)) ends.push(who)
  }
  return [
    ...(changes.length > 0 ? [{ on: [...changeTypes], when: { any: changes } }] : []),
    ...(ends.length > 0 ? [{ on: [...endTypes], when: { any: ends } }] : []),
  ]
}

/** The vendor calls the address with the webhook's token behind it. */
function withToken(address: string, token: string): string {
  const url = new URL(address)
  const query = url.search === '' ? '?' : `${url.search}&`
  url.search = `${query}token=${token}`
  return url.href
}
