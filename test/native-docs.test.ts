import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { faultTable } from '../src/core/errors.ts'
import { nativeScopes } from '../src/http/native/dialect.ts'
import { buildDocument } from '../src/http/native/openapi.ts'
import { routes } from '../src/http/native/routes.ts'
import { engines } from './kit/engines.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const committed = new URL('../docs/api/native.json', import.meta.url)

test('docs/api/native.json is what the routes say', () => {
  const text = `${JSON.stringify(buildDocument(routes), null, 2)}\n`
  if (process.env.ROSTER_TEST_WRITE_API === '1') writeFileSync(committed, text)
  assert.ok(
    readFileSync(committed, 'utf8') === text,
    'The routes changed: ROSTER_TEST_WRITE_API=1 node --test test/native-docs.test.ts',
  )
})

test('every route has a name of its own, a scope that tokens know, and a schema for each answer', () => {
  const names = routes.map(({ operation }) => operation)
  assert.equal(new Set(names).size, names.length)
  for (const { operation, scope, answers, path, params } of routes) {
    assert.ok(nativeScopes.includes(scope), operation)
    for (const [status, answer] of Object.entries(answers)) {
      const described = answer.schema ?? answer.contentType
      assert.ok(described !== undefined || status === '204', `${operation} ${status}`)
    }
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
    assert.deepEqual(Object.keys(params?.properties ?? {}), named, operation)
  }
})

describe('the pages', () => {
  let roster: RunningRoster
  before(async () => {
    roster = await startRoster(engines[0] as (typeof engines)[number])
  })
  after(() => roster?.close())

  test('the document is served to whoever asks', async () => {
    const answer = await fetch(`${roster.url}/api/v1/openapi.json`)
    assert.deepEqual(await answer.json(), buildDocument(routes))
  })

  test('the page of the document loads nothing from elsewhere and is guarded', async () => {
    for (const path of ['/docs', '/docs/', '/docs/page.js', '/docs/page.css', '/docs/errors']) {
      const answer = await fetch(`${roster.url}${path}`)
      assert.equal(answer.status, 200, path)
      assert.match(answer.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
      const text = await answer.text()
      assert.doesNotMatch(text, /https?:\/\/|<style|style=|innerHTML| on[a-z]+=/, path)
    }
  })

  test('every code has its place on the page of errors', async () => {
    const page = await (await fetch(`${roster.url}/docs/errors`)).text()
    for (const code of Object.keys(faultTable)) assert.ok(page.includes(`id="${code}"`), code)
  })
})
