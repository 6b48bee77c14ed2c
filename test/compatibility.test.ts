import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { DialectCase } from '../src/core/dialect-case.ts'
import { dialects } from '../src/dialects/registry.ts'
import { caseTables } from './kit/case-tables.ts'
import { callOf, compatibilityPage } from './kit/compatibility-page.ts'

const folder = new URL('../docs/compatibility/', import.meta.url)

for (const table of await caseTables()) {
  const { compatibility, dialect: id } = table
  if (!compatibility) continue
  const { calls } = compatibility

  describe(`the compatibility page of ${id}`, () => {
    test('is what the cases say', () => {
      const page = compatibilityPage(table, compatibility)
      const file = new URL(`${id}.md`, folder)
      if (process.env.ROSTER_TEST_WRITE_PAGES === '1') {
        mkdirSync(folder, { recursive: true })
        writeFileSync(file, page)
      }
      assert.equal(readFileSync(file, 'utf8'), page, `${file.pathname} is out of date`)
    })

    test('names every call that is served, and each has a case in which it works', () => {
      for (const call of calls) {
        const works = ({ request, response, unsupported }: DialectCase) =>
          !unsupported &&
          response.status < 400 &&
          callOf(calls, { request } as DialectCase) === call
        assert.ok(table.cases.some(works), `${call.method} ${call.path} has no case`)
      }
      const dialect = dialects.find((one) => one.id === id)
      assert.ok(dialect)
      const served = [
        ...dialect.basePaths.flatMap((base) =>
          dialect.endpoints
            .filter(({ basePaths }) => basePaths?.includes(base) ?? true)
            .map(({ method, path }) => ({ method, path: base + path })),
        ),
        ...(dialect.openEndpoints ?? []),
      ]
      for (const { method, path } of served) {
        const asked = { method, path: path.replaceAll(/:\w+/g, '1') }
        const found =
          calls.some((call) => call.method === method && shape(call.path) === shape(path)) ||
          callOf(calls, { request: asked } as DialectCase)
        assert.ok(found, `${method} ${path} is served and not on the page`)
      }
    })

    test('says no two things of one call, and no two cases have one name', () => {
      const names = table.cases.map((row) => row.name)
      assert.deepEqual(
        names.filter((name, at) => names.indexOf(name) !== at),
        [],
      )
      const listed = calls.map(({ method, path }) => `${method} ${path}`)
      assert.deepEqual(
        listed.filter((call, at) => listed.indexOf(call) !== at),
        [],
      )
    })
  })
}

/** A pattern without its names; several calls of the page may share one route. */
function shape(path: string): string {
  return path.replaceAll(/:\w+|@?\{\w+\}/g, '*').replace(/\/$/, '')
}
