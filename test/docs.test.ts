import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { actions } from '../src/actions/registry.ts'
import { loadGrammar } from '../src/app.ts'
import { readRulesFile } from '../src/cli/read-rules-file.ts'
import { operators } from '../src/core/condition-operators.ts'
import { sendFailures } from '../src/core/delivery.ts'
import { faultTable } from '../src/core/errors.ts'
import { starterRules } from '../src/core/rule.ts'
import { dialects } from '../src/dialects/registry.ts'

const page = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

test('docs/errors.md has every code with its status, in the order of the table, and no other', () => {
  const rows = [...page('docs/errors.md').matchAll(/^\| `(\w+)` \| (\d+) \| .+ \| .+ \|$/gm)]
  assert.deepEqual(
    rows.map(([, code, status]) => ({ code, status: Number(status) })),
    Object.entries(faultTable).map(([code, { status }]) => ({ code, status })),
  )
})

test('the rules shown in the pages are taken as they stand, starter rules first', async () => {
  for (const path of ['README.md', 'docs/follow-ups.md']) {
    const shown = [...page(path).matchAll(/^rules:\n(?: .*\n|\n)+/gm)].map(([text]) => text)
    assert.ok(shown.length > 0, path)
    for (const text of shown) {
      const { rules } = readRulesFile(path, text, await loadGrammar())
      assert.deepEqual(rules.slice(0, starterRules.length), starterRules, path)
    }
  }
})

test('docs/follow-ups.md names every failure of a call', () => {
  for (const code of Object.keys(sendFailures)) {
    assert.ok(page('docs/follow-ups.md').includes(`\`${code}\``), code)
  }
})

test('docs/follow-ups.md names every operator of conditions', () => {
  for (const operator of operators) {
    assert.ok(page('docs/follow-ups.md').includes(`\`${operator}\``), operator)
  }
})

test('docs/follow-ups.md names every action', () => {
  for (const type of actions.keys()) {
    assert.ok(page('docs/follow-ups.md').includes(`| [\`${type}\`](`), type)
  }
})

test('README.md calls every dialect and links to its page', () => {
  for (const { id, basePaths } of dialects) {
    assert.ok(page('README.md').includes(`--dialect ${id} `), id)
    assert.ok(
      basePaths.some((path) => page('README.md').includes(`$ROSTER${path}/`)),
      id,
    )
    assert.ok(page('README.md').includes(`(src/dialects/${id}/README.md)`), id)
  }
})
