import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { rosterBin } from './spawn-roster.ts'

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  out: string
  err: string
}

export interface RunningCommand {
  child: ChildProcess
  /** What it wrote so far. */
  out(): string
  err(): string
  ended: Promise<Ended>
}

/** `bin/roster` as an operator types it, with these options and no others. */
export function commandLine(options: { [name: string]: string }) {
  const running = new Set<ChildProcess>()
  const start = (...words: string[]): RunningCommand => {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(ROSTER_|NODE_)/.test(name))
    const env = { ...Object.fromEntries(inherited), ...options }
    const child = spawn(rosterBin, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    const [out, err] = [gather(child.stdout), gather(child.stderr)]
    const ended = once(child, 'close').then(([code, signal]) => {
      running.delete(child)
      return { code, signal, out: out(), err: err() } as Ended
    })
    return { child, ended, out, err }
  }
  return {
    start,
    /** Ends what a test that failed has left running: it would wait for it. */
    [Symbol.dispose]() {
      for (const child of running) child.kill('SIGKILL')
    },
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

function gather(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  return () => text
}
