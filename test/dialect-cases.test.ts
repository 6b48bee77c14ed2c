import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { CaseEvent, CaseRequest, DialectCase, DialectCases } from '../src/core/dialect-case.ts'
import type { Event } from '../src/core/event.ts'
import type { JsonValue } from '../src/core/json.ts'
import { dialects } from '../src/dialects/registry.ts'
import type { Answer } from './kit/answer-parser.ts'
import { caseTables } from './kit/case-tables.ts'
import { engines } from './kit/engines.ts'
import { fillJson, fillText, type Known } from './kit/fill-placeholders.ts'
import { KeptConnection, type WireRequest } from './kit/http-client.ts'
import { mismatch } from './kit/match-answer.ts'
import { readLog } from './kit/read-log.ts'
import { reconcile } from './kit/reconcile.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

const tables = await caseTables()

let roster: RunningRoster

test('every dialect of the registry has a table of cases', () => {
  const ids = dialects.map((dialect) => dialect.id)
  assert.deepEqual(tables.map((table) => table.dialect).sort(), ids.sort())
})

for (const engine of engines) {
  describe(engine.name, () => {
    before(async () => {
      roster = await startRoster(engine)
    })
    after(() => roster?.close())

    for (const table of tables) {
      // Each case has a workspace of its own, so that some may wait for the disk at once.
      describe(table.dialect, { concurrency: 4 }, () => {
        for (const row of table.cases) test(row.name, () => runCase(table, row))
      })
    }
  })
}

async function runCase(table: DialectCases, row: DialectCase): Promise<void> {
  const own = roster.dialects.filter(({ id }) => id === table.dialect)
  const { workspace, tokens } = await roster.newWorkspace(row.settings, own)
  const known: Known = { token: tokens[table.dialect] ?? {}, answers: [] }
  using connection = new KeptConnection(roster.url)
  for (const request of row.before ?? []) {
    const answer = await connection.request(toWire(table, request, known))
    assert.ok(answer.status < 400, `a request before was refused: ${answer.status} ${answer.text}`)
    known.answers.push(jsonOrText(answer))
  }
  const before = row.before ? await readLog(roster.store, workspace.id) : []
  const answer = await connection.request(toWire(table, row.request, known))
  checkAnswer(row.response, answer, known)
  const log = await reconcile(roster.store, workspace.id)
  checkEvents(row.events, log.slice(before.length), known)
}

function toWire(table: DialectCases, request: CaseRequest, known: Known): WireRequest {
  const headers: { [name: string]: string } = {}
  for (const [name, value] of Object.entries({ ...table.headers, ...request.headers })) {
    for (const other of Object.keys(headers)) {
      if (other.toLowerCase() === name.toLowerCase()) delete headers[other]
    }
    if (value !== null) headers[name] = fillText(value, known)
  }
  const wire = { method: request.method, path: fillText(request.path, known), headers }
  if (request.body === undefined) return wire
  if (typeof request.body === 'string') return { ...wire, body: fillText(request.body, known) }
  const typed = [...Object.keys(headers), ...Object.keys(request.headers ?? {})]
  if (!typed.some((name) => name.toLowerCase() === 'content-type')) {
    headers['Content-Type'] = 'application/json'
  }
  return { ...wire, body: JSON.stringify(fillJson(request.body, known)) }
}

function checkAnswer(expected: DialectCase['response'], answer: Answer, known: Known): void {
  const whole = `${answer.status} ${JSON.stringify(answer.headers)} ${answer.text}`
  assert.equal(answer.status, expected.status, whole)
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const got = answer.headers[name]
    if (value === null) assert.equal(got, undefined, `${name} must not be there: ${whole}`)
    else if (value instanceof RegExp) assert.match(got ?? '', value, `${name}: ${whole}`)
    else assert.equal(got, fillText(value, known), `${name}: ${whole}`)
  }
  checkBody(expected.body, true, answer, known)
  checkBody(expected.bodyHolds, false, answer, known)
  if (expected.order !== undefined) {
    assert.equal(Object.keys(JSON.parse(answer.text) as object).join(' '), expected.order)
  }
}

function checkBody(
  expected: JsonValue | undefined,
  exact: boolean,
  answer: Answer,
  known: Known,
): void {
  if (expected === undefined) return
  const actual = typeof expected === 'string' ? answer.text : jsonOrText(answer)
  const wrong = mismatch(fillJson(expected, known), actual, exact)
  assert.equal(wrong, null, `${wrong}\nThe answer: ${answer.status} ${answer.text}`)
}

function checkEvents(expected: readonly CaseEvent[], logged: readonly Event[], known: Known): void {
  const types = logged.map((event) => event.type)
  assert.deepEqual(
    types,
    expected.map((event) => event.type),
    'the events, and no others',
  )
  expected.forEach((wanted, index) => {
    const event = logged[index] as Event
    const where = `event ${index} (${event.type})`
    if (wanted.subject !== undefined) {
      assert.equal(event.subject !== null, wanted.subject, `${where} is about a profile`)
    }
    if (wanted.attributes) {
      const wrong = mismatch(fillJson(wanted.attributes, known), event.attributes, true, where)
      assert.equal(wrong, null, wrong ?? '')
    }
    if (wanted.changed) {
      const changed = event.changes.map((change) => change.name).sort()
      assert.deepEqual(changed, [...wanted.changed].sort(), `${where}: what changed`)
    }
    if (wanted.dropped) {
      const dropped = event.dropped.map(({ name, reason }) => `${name}: ${reason}`).sort()
      const wantedDrops = wanted.dropped.map(({ name, reason }) => `${name}: ${reason}`).sort()
      assert.deepEqual(dropped, wantedDrops, `${where}: what was dropped`)
    }
  })
}

function jsonOrText(answer: Answer): JsonValue {
  try {
    return answer.json()
  } catch {
    return answer.text
  }
}
