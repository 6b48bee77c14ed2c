import assert from 'node:assert/strict'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { setBacklog } from '../src/http/backlog.ts'

test('fewer connections wait to be let in once the queue is made shorter, and more again', async (t) => {
  const server = createServer(() => {})
  t.after(() => server.close())
  await new Promise<void>((done) => server.listen({ host: '127.0.0.1', port: 0 }, done))
  const { port } = server.address() as AddressInfo
  /** Of 40 who come in one breath, how many were let in when so many at least were. */
  async function letIn(atLeast: number): Promise<number> {
    const sockets: Socket[] = []
    let count = 0
    await new Promise<void>((reached) => {
      for (let n = 0; n < 40; n++) {
        const socket = connect({ host: '127.0.0.1', port })
        socket.once('connect', () => {
          if (++count === atLeast) setImmediate(reached)
        })
        sockets.push(socket)
      }
    })
    for (const socket of sockets) socket.destroy()
    return count
  }
  setBacklog(server, 2)
  const few = await letIn(1)
  assert.ok(few < 20, `${few}`)
  setBacklog(server, 512)
  assert.equal(await letIn(40), 40)
})
