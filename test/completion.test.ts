import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { exitCodes } from '../src/cli/command.ts'
import { commands } from '../src/cli/command-table.ts'
import { completionScript } from '../src/cli/completion-scripts.ts'
import { commandLine } from './kit/command-line.ts'
import { tempFolder } from './kit/temp-folder.ts'

const all = await Promise.all(Object.values(commands).map((load) => load()))

test('bash completes commands, their second words and their options and values', async () => {
  const script = await completionScript('bash', all)
  const completed = (...words: string[]): string[] => {
    const line = words.map((word) => `'${word}'`).join(' ')
    const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _roster`
    const shown = `printf '%s\\n' "\${COMPREPLY[@]}"`
    const out = execFileSync('bash', ['--norc', '-c', `${script}\n${ask}\n${shown}`])
    return out.toString().trim().split('\n')
  }
  assert.deepEqual(completed('roster', 'dest'), ['destinations'])
  assert.deepEqual(completed('roster', 'token', ''), ['create', 'list', 'limit', 'revoke'])
  assert.deepEqual(completed('roster', 'token', 'create', '--dia'), ['--dialect'])
  assert.deepEqual(completed('roster', 'import', '--f'), ['--find-by', '--follow-ups', '--format'])
  assert.deepEqual(completed('roster', 'import', 'people.csv', '--dry'), ['--dry-run'])
  assert.deepEqual(completed('roster', 'export', '--format', ''), ['csv', 'ndjson'])
  assert.deepEqual(completed('roster', 'token', 'create', '--dialect', 'nat'), ['native'])
  assert.deepEqual(completed('roster', 'profiles', 'list', '--order', ''), ['asc', 'desc'])
  assert.deepEqual(completed('roster', 'tail', 'de'), ['decisions', 'deliveries'])
  assert.deepEqual(completed('roster', 'call', 'listPro'), ['listProfiles'])
  assert.deepEqual(completed('roster', 'import', '--map', ''), [''], 'files are offered there')
})

test('each shell knows every command and every option of the table', async () => {
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = await completionScript(shell, all)
    for (const { name, options } of all) {
      const last = name.split(' ').at(-1) as string
      assert.match(script, new RegExp(`\\b${last}\\b`), `${shell} ${name}`)
      for (const option of Object.keys(options)) {
        const spelt = shell === 'fish' ? `-l ${option}` : `--${option}`
        assert.ok(script.includes(spelt), `${shell} ${name} ${option}`)
      }
    }
  }
})

test('the names in the table are those of the commands, and each exit code is documented', async () => {
  assert.deepEqual(
    all.map(({ name }) => name),
    Object.keys(commands),
  )
  using folder = tempFolder()
  using line = commandLine({ ROSTER_DATA: folder.path })
  const { out } = await line.run('help')
  for (const code of Object.values(exitCodes)) assert.match(out, new RegExp(`\\b${code} \\w`))
  const done = await line.run('completion', 'fish')
  assert.deepEqual([done.code, done.out.startsWith('# Completion of roster for fish')], [0, true])
  const mistyped = await line.run('completion', 'fihs')
  assert.equal(mistyped.code, exitCodes.usage)
  assert.match(mistyped.err, /Did you mean "fish"\?/)
  assert.equal((await line.run('workspace', 'list')).code, exitCodes.refused)
})
