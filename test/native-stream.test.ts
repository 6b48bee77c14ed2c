import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { engines } from './kit/engines.ts'
import { type NativeClient, nativeClient } from './kit/native-client.ts'
import type { NewWorkspace } from './kit/new-workspace.ts'
import { type RunningRoster, startRoster } from './kit/start-roster.ts'

interface Message {
  id: number
  data: { id: number; type: string; attributes: { text?: string } }
}

/** A client of server-sent events that remembers nothing but what has arrived. */
class Follower {
  readonly #reader: ReadableStreamDefaultReader<string>
  readonly response: Response
  #text = ''

  constructor(response: Response) {
    this.response = response
    const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>>
    this.#reader = body.pipeThrough(new TextDecoderStream()).getReader()
  }

  /** The next event, or null at the end of the stream. */
  async next(): Promise<Message | null> {
    for (;;) {
      const end = this.#text.indexOf('\n\n')
      if (end >= 0) {
        const block = this.#text.slice(0, end)
        this.#text = this.#text.slice(end + 2)
        const id = /^id: (\d+)$/m.exec(block)?.[1]
        if (id === undefined) continue
        return { id: Number(id), data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') }
      }
      const { done, value } = await this.#reader.read()
      if (done) return null
      this.#text += value
    }
  }

  /** The next comment, whatever comes before it. */
  async comment(): Promise<string> {
    for (;;) {
      const found = /^: (.*)\n\n/m.exec(this.#text)
      if (found) {
        this.#text = this.#text.slice(found.index + found[0].length)
        return found[1] ?? ''
      }
      const { done, value } = await this.#reader.read()
      assert.ok(!done, 'the stream ended')
      this.#text += value
    }
  }

  cancel(): Promise<void> {
    return this.#reader.cancel()
  }
}

for (const engine of engines) {
  describe(engine.name, () => {
    let roster: RunningRoster
    let world: NewWorkspace
    let native: NativeClient
    before(async () => {
      roster = await startRoster(engine, { ROSTER_STREAM_HEARTBEAT_MS: '300' })
      world = await roster.newWorkspace()
      native = nativeClient(roster.url, world.tokens.native?.token ?? '')
    })
    after(() => roster?.close())

    async function follow(query = '', headers: { [name: string]: string } = {}) {
      const response = await fetch(`${roster.url}/api/v1/events/stream${query}`, {
        headers: { authorization: `Bearer ${world.tokens.native?.token}`, ...headers },
      })
      return new Follower(response)
    }

    test('what happens after the stream began is sent, and a return misses nothing', async () => {
      await native('POST', '/events', { type: 'old.one' })
      const first = await follow()
      assert.equal(first.response.headers.get('content-type'), 'text/event-stream')
      await native('POST', '/events', { type: 'new.one' })
      const seen = await first.next()
      assert.equal(seen?.data.type, 'new.one')
      await first.cancel()
      await native('POST', '/events', { type: 'missed.one' })
      const second = await follow('', { 'last-event-id': String(seen?.id) })
      assert.equal((await second.next())?.data.type, 'missed.one')
      await second.cancel()
      const filtered = await follow('?after=0&type=missed.*')
      assert.equal((await filtered.next())?.data.type, 'missed.one')
      await filtered.cancel()
      // Nothing would ever come from beyond the end, as after a backup was restored.
      for (const [query, headers] of [
        ['', { 'last-event-id': '9999' }],
        ['', { 'last-event-id': 'x' }],
        ['?after=9999', {}],
      ] as const) {
        const { status, body } = await native('GET', `/events/stream${query}`, undefined, headers)
        assert.equal(status, 422)
        assert.equal(body.errors[0].field, query === '' ? 'Last-Event-ID' : 'after')
      }
    })

    test('a comment comes now and then while nothing happens, and events still follow', async () => {
      const follower = await follow('?type=loud.*')
      assert.equal(await follower.comment(), 'following')
      for (let n = 0; n < 2; n++) assert.equal(await follower.comment(), 'still here')
      await native('POST', '/events', { type: 'silent.one' })
      assert.equal(await follower.comment(), 'still here', 'what is not asked for is silence')
      await native('POST', '/events', { type: 'loud.one' })
      assert.equal((await follower.next())?.data.type, 'loud.one')
      await follower.cancel()
    })

    test('a reader that is slow gets everything, once and in order', async () => {
      const start = (await native('POST', '/events', { type: 'slow.start' })).body.id
      const slow = await follow(`?after=${start}`)
      const text = 'x'.repeat(3_000)
      const events = Array.from({ length: 300 }, () => ({ type: 'slow.x', attributes: { text } }))
      await native('POST', '/events', { events })
      await native('POST', '/events', { type: 'slow.end' })
      const ids: number[] = []
      for (;;) {
        const message = await slow.next()
        ids.push(message?.id ?? -1)
        if (message?.data.type === 'slow.end') break
      }
      assert.deepEqual(
        ids,
        Array.from({ length: 301 }, (_, n) => start + 1 + n),
      )
      await slow.cancel()
    })

    test('nothing of another workspace is sent', async () => {
      const stream = await follow()
      const other = await roster.newWorkspace()
      await nativeClient(roster.url, other.tokens.native?.token ?? '')('POST', '/events', {
        type: 'foreign.x',
      })
      await native('POST', '/events', { type: 'own.x' })
      assert.equal((await stream.next())?.data.type, 'own.x')
      await stream.cancel()
    })

    test('a server on its way out ends its streams', async () => {
      // Whoever waited for the reader to leave would wait beyond the end of the test.
      const own = await startRoster(engine, { ROSTER_DRAIN_TIMEOUT_MS: '600000' })
      const { tokens } = await own.newWorkspace()
      const response = await fetch(`${own.url}/api/v1/events/stream`, {
        headers: { authorization: `Bearer ${tokens.native?.token}` },
      })
      const stream = new Follower(response)
      const [message] = await Promise.all([stream.next(), own.close()])
      assert.equal(message, null)
    })
  })
}
