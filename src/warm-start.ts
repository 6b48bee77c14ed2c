import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/*
 * Starts the server once on a store that is thrown away, after an installation: Node keeps what it
 * compiled, so that the first real start takes half the time. Nothing depends on it.
 */
const longestMs = 20_000
const folder = mkdtempSync(join(tmpdir(), 'roster-warm-'))
const env = { ...process.env, ROSTER_DATA: folder, ROSTER_HOST: '127.0.0.1', ROSTER_PORT: '0' }
delete (env as { ROSTER_DATABASE_URL?: string }).ROSTER_DATABASE_URL
const server = spawn(fileURLToPath(new URL('../bin/roster', import.meta.url)), ['serve'], {
  env,
  stdio: ['ignore', 'pipe', 'ignore'],
})
const stop = () => server.kill('SIGTERM')
const timer = setTimeout(stop, longestMs)
server.stdout.setEncoding('utf8').on('data', (text: string) => {
  if (text.includes('127.0.0.1:')) stop()
})
server.on('error', () => {})
server.on('close', () => {
  clearTimeout(timer)
  rmSync(folder, { recursive: true, force: true })
})
