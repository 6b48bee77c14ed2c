import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { JsonObject, JsonValue } from '../src/core/json.ts'
import { routes } from '../src/http/native/routes.ts'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

/*
 * Every call of the native API that takes an id or a name, made with those of another workspace:
 * refused as if they were nowhere, and nothing of the other is shown or changed.
 */

const mark = 'alpha-secret'
/** Bodies that are good as they stand, so that nothing but the id can be refused. */
const bodies: { [operation: string]: (ids: Ids) => JsonValue } = {
  patchProfile: () => ({ set: { city: 'Gent' } }),
  mergeProfiles: ({ profile }) => ({ from: [{ id: profile + 1 }] }),
  undoMerge: ({ event }) => ({ event_id: event }),
  eraseProfile: ({ profile }) => ({ confirm: profile }),
  enableRule: () => ({ enabled: false }),
  limitToken: () => ({ rate_limit: 'vendor' }),
  replayRule: () => ({ since: '2026-01-01' }),
  resendDelivery: () => ({ body: '{}' }),
}

/** Makes what the name says where it is, for whoever calls. */
const makers = ['putProfile', 'putDestination']
/** Nobody has the right to it but who was given it by name. */
const forbidden = ['deleteWorkspace']
/** It finds people by what they are called, in the own workspace alone. */
const answered: { [operation: string]: number } = { getProfileBy: 404 }

interface Ids {
  profile: number
  event: number
  delivery: number
  run: string
  token: string
  company: number
}

for (const engine of engines) {
  describe(`ids of another workspace on ${engine.name}`, () => {
    let roster: RunningRoster
    let other: NewWorkspace
    let alpha: NativeClient
    let bravo: NativeClient
    let ids: Ids
    before(async () => {
      roster = await startRoster(engine, { ROSTER_WORKER: 'off' })
      other = await roster.newWorkspace()
      alpha = nativeClient(roster.url, other.tokens.native?.token ?? '')
      const own = (await roster.newWorkspace()).tokens.native?.token ?? ''
      bravo = nativeClient(roster.url, own)
      ids = await furnish()
    })
    after(() => roster?.close())

    async function furnish(): Promise<Ids> {
      const url = 'https://shop.example/'
      await alpha('PUT', `/destinations/${mark}`, { type: 'webhook', url })
      const steps = [{ action: 'webhook', with: { destination: mark, json: { n: 1 } } }]
      const waits = [{ wait: 'P1D' }, { action: 'add-tag', with: { tag: mark } }]
      const rules = [
        { name: mark, on: ['order.paid'], steps },
        { name: 'later', on: ['order.paid'], steps: waits },
      ]
      await alpha('PUT', '/rules', { rules })
      // Ids count from 1 in every workspace: those of the other must be beyond the own ones.
      for (let n = 0; n < 9; n++) {
        const identifiers = { user_id: `${mark}-${n}` }
        await alpha('PUT', `/profiles/by/user_id/${mark}-${n}`, { set: { first_name: mark } })
        await alpha('POST', '/events', { type: 'order.paid', identifiers })
      }
      const company = await fetch(`${roster.url}/api/public/companies/`, {
        method: 'POST',
        headers: {
          authorization: `Token ${other.tokens.usercom?.token}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify({ name: mark }),
      })
      const newest = async (path: string) => (await alpha('GET', `${path}?limit=1`)).body.data[0]
      return {
        profile: (await alpha('GET', `/profiles/by/user_id/${mark}-7`)).body.id,
        event: (await alpha('GET', '/events?limit=1&order=desc')).body.data[0].id,
        delivery: (await newest('/deliveries')).id,
        run: (await newest('/runs')).id,
        company: ((await company.json()) as { id: number }).id,
        token: (await alpha('GET', '/tokens')).body.data[0].public_part,
      }
    }

    function pathOf(path: string, resource: string): string {
      const id = {
        ...{ runs: ids.run, deliveries: ids.delivery, events: ids.event },
        companies: ids.company,
      }[resource]
      const values: { [name: string]: string | number } = {
        id: id ?? ids.profile,
        name: resource === 'workspaces' ? other.workspace.name : mark,
        public_part: ids.token,
        kind: 'user_id',
        value: `${mark}-7`,
      }
      return path.replaceAll(/:(\w+)/g, (_, name: string) => String(values[name]))
    }

    test('none of them is found, and nothing changes', async () => {
      const state = async () => {
        const lists = ['/rules', '/destinations', '/deliveries', '/runs', '/tokens', '/profiles']
        const all = [...lists, '/events', '/audit'].map(
          async (path) => (await alpha('GET', path)).body,
        )
        return Promise.all(all)
      }
      const was = await state()
      const called = routes.filter(({ path, operation }) => {
        return path.includes(':') && !makers.includes(operation)
      })
      assert.ok(called.length > 20)
      for (const { method, path, resource, operation } of called) {
        const at = pathOf(path, resource)
        const { status, body } = await bravo(method, at, bodies[operation]?.(ids))
        const shown = `${operation} ${at}: ${status} ${JSON.stringify(body)}`
        assert.equal(
          status,
          forbidden.includes(operation) ? 403 : (answered[operation] ?? 404),
          shown,
        )
      }
      for (const path of ['/deliveries/redeliver', '/deliveries/cancel']) {
        const { body } = await bravo('POST', path, { ids: [ids.delivery] })
        assert.equal(body.moved, 0, path)
      }
      assert.deepEqual(await state(), was)
    })

    test('no list shows anything of the other', async () => {
      const lists = routes.filter(({ method, path, operation, scope }) => {
        const goesOn = operation === 'streamEvents' || scope === 'workspaces:manage'
        return method === 'GET' && !path.includes(':') && !goesOn
      })
      for (const { path, operation } of lists) {
        const query = operation === 'findErasures' ? `?kind=user_id&value=${mark}-7` : ''
        const { status, body } = await bravo('GET', `${path}${query}`)
        assert.equal(status, 200, path)
        const text = JSON.stringify(body as JsonObject)
        assert.ok(!text.includes(mark) && !text.includes(other.workspace.name), `${path}: ${text}`)
      }
    })
  })
}
