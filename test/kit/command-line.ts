import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { rosterBin } from './spawn-roster.ts'

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

export interface RunningCommand {
  child: ChildProcess
  ended: Promise<Ended>
}

/** `bin/roster` as an operator types it, with these options and no others. */
export function commandLine(options: { [name: string]: string }) {
  const start = (...words: string[]): RunningCommand => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(ROSTER_|NODE_)/.test(name))
    const env = { ...Object.fromEntries(inherited), ...options }
    const child = spawn(rosterBin, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const killed = () => void child.kill('SIGKILL')
    process.once('exit', killed)
    const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
      ([out, err, [code, signal]]) => {
        process.removeListener('exit', killed)
        return { code, signal, out, err } as Ended
      },
    )
    return { child, ended }
  }
  return {
    start,
    run: (...words: string[]) => start(...words).ended,
    /** The answer of a command that must end with this code. */
    // biome-ignore lint/suspicious/noExplicitAny: each command answers with a shape of its own
    async json(words: string[], wanted = 0): Promise<any> {
      const { code, out, err } = await start(...words, '--json').ended
      assert.equal(code, wanted, `roster ${words.join(' ')}\n${err}${out}`)
      return JSON.parse(out)
    },
  }
}
